namespace AlbertNative.Hub;

/// <summary>
/// The one exception of this package for everything that can go wrong between a model's name and its files.
/// Its message says what was asked, what was found and what to do; it never holds a token or a signed address.
/// </summary>
public sealed class HubException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="message">What was asked, what was found, what to do.</param>
    /// <param name="innerException">The network's or the file system's own error, if there was one.</param>
    public HubException(HubFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
        => Failure = failure;

    /// <summary>What went wrong.</summary>
    public HubFailure Failure { get; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>How long the hub asked to wait before the next request, where it said.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
