namespace AlbertNative.Cli;

/// <summary>One text or record as it came in.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Bytes">Its bytes, supposedly UTF-8; empty where it came as arguments.</param>
/// <param name="Arguments">The arguments that it came as, if it did.</param>
/// <param name="End">How much of the input had been read after it, in bytes.</param>
internal readonly record struct InputLine(long Number, byte[] Bytes, IReadOnlyList<string>? Arguments, long End);
