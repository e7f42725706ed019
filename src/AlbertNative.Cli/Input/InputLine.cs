namespace AlbertNative.Cli;

/// <summary>One text or record as it came in.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Bytes">Its bytes, supposedly UTF-8.</param>
/// <param name="End">How much of the input had been read after it, in bytes.</param>
internal readonly record struct InputLine(long Number, byte[] Bytes, long End);
