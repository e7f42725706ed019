using System.Text;
using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>What a request may hold before anything is computed.</summary>
internal static class TeiLimits
{
    /// <summary>Characters of a text for each token that the model takes: more are refused where nothing may be cut.</summary>
    private const int CharactersPerToken = 250;

    /// <summary>Refuses more texts than a request may have.</summary>
    /// <exception cref="RequestException">There are more.</exception>
    public static void RequireCount(int texts, ServerOptions options)
    {
        if (texts > options.MaxClientBatchSize)
            throw new RequestException(ErrorKind.TooMuch, $"batch size {texts} > maximum allowed batch size {options.MaxClientBatchSize}");
    }

    /// <summary>A text within the limit of bytes.</summary>
    /// <exception cref="RequestException">It is no string, or too long.</exception>
    public static string Text(JsonElement element, string path, ServerOptions options) => Text(JsonBody.Text(element, path), path, options);

    /// <summary>A text within the limit of bytes.</summary>
    /// <exception cref="RequestException">It is too long.</exception>
    public static string Text(string text, string path, ServerOptions options) => Encoding.UTF8.GetByteCount(text) <= options.MaxTextBytes
        ? text
        : throw new RequestException(ErrorKind.TextTooLong, $"`{path}` has more than {options.MaxTextBytes} bytes", path);

    /// <summary>Refuses a text of more characters than any text of so many tokens has.</summary>
    /// <exception cref="RequestException">It has more.</exception>
    public static void RequireCharacters(string text, int maxLength, string path)
    {
        long characters = TextUnits.CodePoints(text);
        if (characters > (long)maxLength * CharactersPerToken)
        {
            throw new RequestException(
                ErrorKind.TextTooLong, $"`{path}` has {characters} characters, at most {(long)maxLength * CharactersPerToken} are taken", path);
        }
    }
}
