using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>The inputs of a native request, and the unit of its offsets.</summary>
internal sealed class NativeInputs
{
    private static readonly Dictionary<string, TextUnit> Units = new()
    {
        ["utf16"] = TextUnit.Utf16,
        ["codepoint"] = TextUnit.CodePoint,
        ["utf8"] = TextUnit.Utf8,
    };

    private readonly JsonElement[] _items;
    private readonly bool _isLine;
    private readonly ServerOptions _options;

    private NativeInputs(JsonElement[] items, bool isLine, TextUnit unit, ServerOptions options)
    {
        _items = items;
        _isLine = isLine;
        Unit = unit;
        _options = options;
    }

    /// <summary>What offsets count.</summary>
    public TextUnit Unit { get; }

    /// <summary>Reads the array.</summary>
    /// <exception cref="RequestException">It is none, or empty, or too long.</exception>
    public static NativeInputs Read(JsonElement body, ServerOptions options)
    {
        JsonElement inputs = JsonBody.Required(body, "inputs");
        if (inputs.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("inputs", "an array", inputs);
        if (inputs.GetArrayLength() == 0)
            throw TeiInput.Empty("inputs");
        TeiLimits.RequireCount(inputs.GetArrayLength(), options);
        TextUnit unit = new JsonFields(body, "the body").Choice("offsets", Units) ?? TextUnit.Utf16;
        return new NativeInputs([.. inputs.EnumerateArray()], isLine: false, unit, options);
    }

    /// <summary>The one input of a stream's line.</summary>
    public static NativeInputs OfLine(JsonElement input, TextUnit unit, ServerOptions options) => new([input], isLine: true, unit, options);

    /// <summary>The unit of a name; UTF-16 for none.</summary>
    /// <exception cref="RequestException">There is no such unit.</exception>
    public static TextUnit UnitOf(string? name) => name is null ? TextUnit.Utf16
        : Units.TryGetValue(name, out TextUnit unit) ? unit
        : throw new RequestException(ErrorKind.Invalid, $"`offsets` must be one of {string.Join(", ", Units.Keys)}", "offsets");

    /// <summary>Texts: strings, or objects with <c>text</c> alone.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public string[] Texts() => Each((item, path) => TextOf(item.ValueKind == JsonValueKind.Object ? Field(item, "text", path) : item, path));

    /// <summary>Texts, or pairs of them: objects with <c>text</c> and <c>pair</c>.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public TeiPair[] TextsOrPairs() => Each((item, path) => item.ValueKind == JsonValueKind.Object
        ? new TeiPair(
            TextOf(Field(item, "text", path), $"{path}.text"),
            item.TryGetProperty("pair", out JsonElement pair) ? TextOf(pair, $"{path}.pair") : null)
        : new TeiPair(TextOf(item, path), null));

    /// <summary>Objects with two texts.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public (string First, string Second)[] Pairs(string first, string second) => Each((item, path) =>
        (TextOf(Field(item, first, path), $"{path}.{first}"), TextOf(Field(item, second, path), $"{path}.{second}")));

    /// <summary>Objects with a text and several.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public (string Text, IReadOnlyList<string> Others)[] TextsWithSeveral(string text, string others) => Each((item, path) =>
        (TextOf(Field(item, text, path), $"{path}.{text}"), SeveralOf(Field(item, others, path), $"{path}.{others}")));

    /// <summary>Objects with words.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public IReadOnlyList<string>[] Words() => Each((item, path) => SeveralOf(Field(item, "words", path), $"{path}.words"));

    /// <summary>Objects with ids.</summary>
    /// <exception cref="RequestException">One is something else.</exception>
    public int[][] Ids() => Each((item, path) =>
    {
        JsonElement ids = Field(item, "ids", path);
        return ids.ValueKind == JsonValueKind.Array ? TeiInput.ReadIds(ids, $"{path}.ids") : throw JsonBody.WrongType($"{path}.ids", "an array of token ids", ids);
    });

    private T[] Each<T>(Func<JsonElement, string, T> read) => [.. _items.Select((item, i) => read(item, _isLine ? "inputs" : $"inputs[{i}]"))];

    private string TextOf(JsonElement element, string path) => TeiInput.TextIn(element, path, _options);

    private IReadOnlyList<string> SeveralOf(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType(path, "an array of strings", element);
        if (element.GetArrayLength() == 0)
            throw TeiInput.Empty(path);
        TeiLimits.RequireCount(element.GetArrayLength(), _options);
        return [.. element.EnumerateArray().Select((text, i) => TeiLimits.Text(text, $"{path}[{i}]", _options))];
    }

    private static JsonElement Field(JsonElement item, string name, string path) =>
        JsonBody.Object(item, path).TryGetProperty(name, out JsonElement value)
            ? value
            : throw new RequestException(ErrorKind.WrongType, $"`{path}.{name}` is missing", $"{path}.{name}");
}
