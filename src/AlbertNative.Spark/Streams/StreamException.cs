namespace AlbertNative.Spark;

/// <summary>A stream that cannot be answered; the message says why.</summary>
internal sealed class StreamException(string message) : FormatException(message);
