using System.Globalization;

namespace AlbertNative.Server.Requests;

/// <summary>How long a request may take.</summary>
internal static class RequestDeadline
{
    /// <summary>The server's limit, or what the client says where that is shorter; what makes no sense is ignored.</summary>
    public static TimeSpan Of(IHeaderDictionary headers, TimeSpan limit)
    {
        TimeSpan timeout = Least(limit, headers["x-request-timeout-ms"], seconds: 0.001);
        return Least(timeout, headers["x-stainless-timeout"], seconds: 1);
    }

    private static TimeSpan Least(TimeSpan limit, string? header, double seconds) =>
        double.TryParse(header, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
        && number > 0 && number * seconds < limit.TotalSeconds
            ? TimeSpan.FromSeconds(number * seconds)
            : limit;
}
