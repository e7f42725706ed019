using System.Globalization;
using System.Net;

namespace AlbertNative.Server.Configuration;

/// <summary>Settings' values as people write them.</summary>
internal static class SettingText
{
    private static readonly (string Unit, long Bytes)[] Sizes =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    private static readonly (string Unit, double Seconds)[] Durations = [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600)];

    private static readonly System.Buffers.SearchValues<char> PathCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!$&'()+,;=");

    /// <summary>A number of things, from <paramref name="least"/> to <paramref name="most"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static int Count(string text, int least = 1, int most = int.MaxValue) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most
            ? count
            : throw new FormatException($"\"{text}\" is no whole number of at least {least}{(most < int.MaxValue ? $" and at most {most}" : "")}");

    /// <summary>A number of bytes: 2000000, 8MiB.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static long Size(string text)
    {
        (string unit, long bytes) = Array.Find(Sizes, size => text.EndsWith(size.Unit, StringComparison.Ordinal));
        string digits = unit is null ? text : text[..^unit.Length];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number > 0 && number <= long.MaxValue / Math.Max(bytes, 1)
            ? number * Math.Max(bytes, 1)
            : throw new FormatException($"\"{text}\" is no size such as 2000000 or 8MiB");
    }

    /// <summary>A time: 500ms, 10s, 2min. 0 alone needs no unit.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TimeSpan Duration(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        (string unit, double seconds) = Array.Find(Durations, duration => text.EndsWith(duration.Unit, StringComparison.Ordinal));
        return unit is not null
            && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && number * seconds <= TimeSpan.FromDays(1).TotalSeconds
            ? TimeSpan.FromSeconds(number * seconds)
            : throw new FormatException($"\"{text}\" is no time such as 500ms, 10s or 2min");
    }

    /// <summary>A time of more than 0.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TimeSpan Period(string text) =>
        Duration(text) is { Ticks: > 0 } period ? period : throw new FormatException($"\"{text}\" is no time of more than 0");

    /// <summary>Yes or no.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static bool Switch(string text) => text switch
    {
        "" or "true" or "on" or "1" => true,
        "false" or "off" or "0" => false,
        _ => throw new FormatException($"\"{text}\" is neither true nor false"),
    };

    /// <summary>One of some words.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static T Choice<T>(string text, IReadOnlyDictionary<string, T> choices) => choices.TryGetValue(text, out T? choice)
        ? choice
        : throw new FormatException($"\"{text}\" is none of {string.Join(", ", choices.Keys)}");

    /// <summary>Where to listen: 127.0.0.1:8080, [::1]:8080, or a port alone for every address of the machine.</summary>
    /// <exception cref="FormatException">It is no address.</exception>
    public static IPEndPoint EndPoint(string text)
    {
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return new IPEndPoint(IPAddress.Any, port);
        string numeric = text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1{text["localhost".Length..]}" : text;
        return numeric.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(numeric, out IPEndPoint? point)
            ? point
            : throw new FormatException($"\"{text}\" is no address such as 127.0.0.1:8080");
    }

    /// <summary>A network, 10.0.0.0/8, or one address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static IPNetwork Network(string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(text, out IPNetwork network)
            ? network
            : throw new FormatException($"\"{text}\" is no network such as 10.0.0.0/8");
    }

    /// <summary>A number from 0 to 1.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static double Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1
            ? share
            : throw new FormatException($"\"{text}\" is no number from 0 to 1");

    /// <summary>An absolute http or https address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme is "http" or "https")
            ? address
            : throw new FormatException($"\"{text}\" is no address such as http://collector:4317");

    /// <summary>The path of a route: segments of letters, digits and what else stands for itself in an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static string Route(string text) =>
        text.Length > 1 && text[0] == '/' && text[1..].Split('/').All(segment => segment.Length > 0 && !segment.AsSpan().ContainsAnyExcept(PathCharacters))
            ? text
            : throw new FormatException($"\"{text}\" is no path such as /v1/endpoints/7:predict");

    /// <summary>A bare "*" and everything else of a list that commas separate.</summary>
    public static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
