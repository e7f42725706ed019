namespace AlbertNative.Serving;

/// <summary>Whose request it is, and how it is to be treated.</summary>
public readonly record struct RequestTerms
{
    /// <summary>Whose it is.</summary>
    public required ServingClient Client { get; init; }

    /// <summary>Its rank; null for the client's own, and never better than that.</summary>
    public RequestPriority? Priority { get; init; }

    /// <summary>Whether its client's quotas of a minute were taken elsewhere, as where several servers share them.</summary>
    public bool IsPaid { get; init; }

    /// <summary>When its answer is worth nothing any more; null for <see cref="SchedulerOptions.RequestTimeout"/>, and never later than that.</summary>
    public TimeSpan? Timeout { get; init; }
}
