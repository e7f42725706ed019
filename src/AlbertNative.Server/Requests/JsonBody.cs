using System.Text.Json;
using System.Text.Unicode;

namespace AlbertNative.Server.Requests;

/// <summary>Reads bodies and their fields; what is wrong is named by its place, and nothing of it is quoted.</summary>
internal static class JsonBody
{
    /// <summary>Parses a body: one value, no field twice, not nested deeper than allowed.</summary>
    /// <exception cref="RequestException">It is no such JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int depth)
    {
        if (!Utf8.IsValid(utf8.Span))
            throw new RequestException(ErrorKind.Malformed, "the body is not UTF-8");
        try
        {
            RequireNames(utf8.Span, depth);
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false });
        }
        catch (JsonException e) when (e.LineNumber is null)
        {
            throw new RequestException(ErrorKind.Malformed, "the body names a field twice in one object");
        }
        catch (JsonException e)
        {
            throw new RequestException(
                ErrorKind.Malformed,
                $"the body is no JSON of at most {depth} levels: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            throw new RequestException(ErrorKind.Malformed, "the name of a field has half of a surrogate pair");
        }
    }

    // Whoever looks at a field's name later must not fail on it: only an escape can be no text.
    private static void RequireNames(ReadOnlySpan<byte> utf8, int depth)
    {
        if (!utf8.Contains((byte)'\\'))
            return;
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = depth });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueIsEscaped)
                _ = reader.GetString();
        }
    }

    /// <summary>A string's text.</summary>
    /// <exception cref="RequestException">It is no string, or has bytes or escapes that are no text.</exception>
    public static string Text(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw WrongType(path, "a string", element);
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RequestException(ErrorKind.Malformed, $"`{path}` is not UTF-8, or has half of a surrogate pair", path);
        }
    }

    /// <summary>A number as an id.</summary>
    /// <exception cref="RequestException">It is no whole number of at least 0 and at most 2^31 - 1.</exception>
    public static int Id(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int id) && id >= 0
            ? id
            : throw WrongType(path, "a token id", element);

    /// <summary>The fields of an object.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static JsonElement Object(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object ? element : throw WrongType(path, "an object", element);

    /// <summary>A field; null where it is absent.</summary>
    public static JsonElement? Field(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>A field that must be there.</summary>
    /// <exception cref="RequestException">It is absent.</exception>
    public static JsonElement Required(JsonElement element, string name) => Field(element, name)
        ?? throw new RequestException(ErrorKind.WrongType, $"the field `{name}` is missing", name);

    /// <summary>A string; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public static string? OptionalText(JsonElement element, string name) =>
        Field(element, name) is { ValueKind: not JsonValueKind.Null } value ? Text(value, name) : null;

    /// <summary>True or false; null where it is absent, or null and that passes.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public static bool? OptionalFlag(JsonElement element, string name, bool nullPasses = true) => Field(element, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Null } when nullPasses => null,
        JsonElement value => throw WrongType(name, "true or false", value),
    };

    /// <summary>A whole number of at least 0; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public static int? OptionalCount(JsonElement element, string name) => Field(element, name) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int count) && count >= 0 => count,
        JsonElement value => throw WrongType(name, "a whole number of at least 0", value),
    };

    /// <summary>What a word stands for; null where there is none.</summary>
    /// <exception cref="RequestException">It is another word.</exception>
    public static T? Choice<T>(string? word, string path, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (word is null)
            return null;
        return choices.TryGetValue(word, out T choice)
            ? choice
            : throw new RequestException(ErrorKind.Invalid, $"`{path}` must be one of {string.Join(", ", choices.Keys)}", path);
    }

    /// <summary>What is said of a field of the wrong type.</summary>
    public static RequestException WrongType(string path, string expected, JsonElement found) =>
        new(ErrorKind.WrongType, $"`{path}` must be {expected}, found {KindOf(found)}", path);

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
