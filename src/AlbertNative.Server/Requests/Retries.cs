using System.Globalization;

namespace AlbertNative.Server.Requests;

/// <summary>Tells clients whether and when to try again.</summary>
internal static class Retries
{
    /// <summary>
    /// Writes <c>Retry-After</c> where a time is known, and <c>x-should-retry</c>, which OpenAI's clients obey: they would also
    /// retry what is certain to fail again.
    /// </summary>
    public static void Write(IHeaderDictionary headers, RequestException error)
    {
        if (error.RetryAfter is TimeSpan wait)
        {
            headers.RetryAfter = Math.Clamp((long)Math.Ceiling(wait.TotalSeconds), 1, 60).ToString(CultureInfo.InvariantCulture);
            headers["retry-after-ms"] = Math.Clamp((long)wait.TotalMilliseconds, 1, 60_000).ToString(CultureInfo.InvariantCulture);
        }
        if (error.Kind is ErrorKind.Overloaded or ErrorKind.Quota or ErrorKind.NotReady)
            headers["x-should-retry"] = "true";
        else if (error.Kind is ErrorKind.Deadline or ErrorKind.Internal)
            headers["x-should-retry"] = "false";
    }
}
