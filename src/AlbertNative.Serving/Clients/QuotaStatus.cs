namespace AlbertNative.Serving;

/// <summary>How much of a quota is left.</summary>
/// <param name="Limit">The most of a minute.</param>
/// <param name="Remaining">What may be used now.</param>
/// <param name="Reset">When all of it may be used again.</param>
public readonly record struct QuotaStatus(long Limit, long Remaining, TimeSpan Reset);
