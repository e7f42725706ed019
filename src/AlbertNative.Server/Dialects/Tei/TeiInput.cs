using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>One text, or the ids that stand for one.</summary>
internal readonly record struct TeiInput(string? Text, int[]? Ids)
{
    /// <summary>
    /// Reads a string, an array of ids, or an array of either: <c>[1, 2]</c> is one text, <c>[[1], [2]]</c> two, and <c>[]</c> an
    /// empty one.
    /// </summary>
    /// <exception cref="RequestException">It is something else, or a text is empty, or there are too many.</exception>
    public static TeiInput[] ReadAll(JsonElement element, string field, ServerOptions options)
    {
        if (element.ValueKind == JsonValueKind.String)
            return [new(TextIn(element, field, options), null)];
        if (element.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType(field, "a string, token ids, or an array of these", element);
        if (element.GetArrayLength() == 0)
            throw Empty(field);
        if (element[0].ValueKind == JsonValueKind.Number)
            return [new(null, ReadIds(element, field))];

        TeiLimits.RequireCount(element.GetArrayLength(), options);
        return [.. element.EnumerateArray().Select((item, i) => Read(item, $"{field}[{i}]", options))];
    }

    /// <summary>A text that is not empty.</summary>
    /// <exception cref="RequestException">It is no string, or empty, or too long.</exception>
    public static string TextIn(JsonElement element, string path, ServerOptions options)
    {
        string text = TeiLimits.Text(element, path, options);
        return text.Length > 0 ? text : throw Empty(path);
    }

    /// <summary>What is said of an empty text.</summary>
    public static RequestException Empty(string path) => new(ErrorKind.Empty, $"`{path}` cannot be empty", path);

    private static TeiInput Read(JsonElement element, string path, ServerOptions options) => element.ValueKind switch
    {
        JsonValueKind.String => new(TextIn(element, path, options), null),
        JsonValueKind.Array => new(null, ReadIds(element, path)),
        _ => throw JsonBody.WrongType(path, "a string or token ids", element),
    };

    /// <summary>The ids of an array.</summary>
    /// <exception cref="RequestException">There are none, or something else is among them.</exception>
    public static int[] ReadIds(JsonElement element, string path) => element.GetArrayLength() > 0
        ? [.. element.EnumerateArray().Select((id, i) => JsonBody.Id(id, $"{path}[{i}]"))]
        : throw Empty(path);
}
