namespace AlbertNative.Serving;

/// <summary>Why a request is not admitted.</summary>
public enum RefusalReason
{
    /// <summary>There is as much work as may wait, or as much of this client's.</summary>
    Overloaded,

    /// <summary>The client has used up a quota.</summary>
    QuotaExceeded,

    /// <summary>It would not be answered before its deadline.</summary>
    DeadlineUnreachable,

    /// <summary>It is larger than any request may be.</summary>
    TooLarge,

    /// <summary>The server is about to end.</summary>
    Draining,
}

/// <summary>A request that is not admitted: nothing of it was computed, and nothing of it is held.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfter">When it would probably be admitted, one second to a minute; zero where it never would.</param>
/// <param name="Message">For the client; figures only.</param>
public sealed record Refusal(RefusalReason Reason, TimeSpan RetryAfter, string Message);
