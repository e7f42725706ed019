using AlbertNative.Serving;

namespace AlbertNative.Server.Quotas;

/// <summary>What the store of all replicas says to a request.</summary>
/// <param name="Wait">How long until the quotas allow it; zero where they do, and have been taken from.</param>
/// <param name="Requests">What is left of the client's requests; null without a quota.</param>
/// <param name="Tokens">What is left of its tokens; null without a quota.</param>
internal sealed record SharedQuota(TimeSpan Wait, QuotaStatus? Requests, QuotaStatus? Tokens)
{
    /// <summary>The same, some time later.</summary>
    public SharedQuota After(TimeSpan passed) => new(Wait - passed, After(Requests, passed), After(Tokens, passed));

    private static QuotaStatus? After(QuotaStatus? quota, TimeSpan passed) =>
        quota is QuotaStatus said ? said with { Reset = said.Reset > passed ? said.Reset - passed : TimeSpan.Zero } : null;
}
