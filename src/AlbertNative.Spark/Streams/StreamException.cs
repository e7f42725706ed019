namespace AlbertNative.Spark;

/// <summary>A stream that cannot be answered; the message says why.</summary>
internal sealed class StreamException(string message) : FormatException(message)
{
    /// <summary>What may stand in a log: the message, without what a row's failure may say of its text.</summary>
    public string WithoutText { get; init; } = message;

    /// <summary>A pipeline fails on a row.</summary>
    /// <param name="place">Which one.</param>
    /// <param name="reason">With what.</param>
    public static StreamException OfRow(string place, string reason) => new($"{place}: {reason}") { WithoutText = place };
}
