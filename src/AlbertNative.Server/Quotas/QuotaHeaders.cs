using System.Globalization;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Quotas;

/// <summary>What is left of a client's quotas, under OpenAI's names.</summary>
internal static class QuotaHeaders
{
    /// <summary>Of quotas that this process keeps; nothing where it does not.</summary>
    public static void Write(ServerRequest request, ServingClient? client)
    {
        if (client is null)
            return;
        Write(request, "requests", client.Requests);
        Write(request, "tokens", client.Tokens);
    }

    /// <summary>Of quotas that replicas share.</summary>
    public static void Write(ServerRequest request, SharedQuota quota)
    {
        Write(request, "requests", quota.Requests);
        Write(request, "tokens", quota.Tokens);
    }

    private static void Write(ServerRequest request, string what, QuotaStatus? status)
    {
        if (status is not QuotaStatus quota || request.IsPart || request.Http.Response.HasStarted)
            return;
        IHeaderDictionary headers = request.Http.Response.Headers;
        headers[$"x-ratelimit-limit-{what}"] = quota.Limit.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = quota.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{what}"] = Text(quota.Reset);
    }

    // As OpenAI's: 20ms, 6s, 1m30s.
    private static string Text(TimeSpan time)
    {
        long milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds < 1000)
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        long seconds = (milliseconds + 999) / 1000;
        return seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s");
    }
}
