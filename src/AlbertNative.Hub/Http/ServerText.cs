using System.Text.Json;

namespace AlbertNative.Hub.Http;

/// <summary>Text that a server chose, made fit for a message.</summary>
internal static class ServerText
{
    private const int MaximumLength = 200;

    /// <summary>
    /// One short line without characters that could rewrite a terminal or the order of what it shows, and without
    /// <paramref name="token"/>, which a server might echo.
    /// </summary>
    public static string Clean(string text, string? token = null)
    {
        if (token is not null)
            text = text.Replace(token, "***", StringComparison.Ordinal);
        if (text.Length > MaximumLength)
            text = string.Concat(text.AsSpan(0, MaximumLength), "...");
        return HarmlessText.OneLine(text, ' ');
    }

    /// <summary>An address without its query and user name: signed addresses are secrets too.</summary>
    public static string Address(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The text of a JSON string, or null for any other element.</summary>
    public static string? OfJson(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
