namespace AlbertNative.Server.Requests;

/// <summary>A request that is refused. Its message names field, limit and found value, and never quotes a text.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">For the client.</param>
/// <param name="field">The field that is at fault; null where it is none.</param>
internal sealed class RequestException(ErrorKind kind, string message, string? field = null) : Exception(message)
{
    public ErrorKind Kind { get; } = kind;

    public string? Field { get; } = field;

    /// <summary>Whether the scheduler has counted the refusal already.</summary>
    public bool IsCounted { get; init; }

    /// <summary>When the client may try again; null where that is not said.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
