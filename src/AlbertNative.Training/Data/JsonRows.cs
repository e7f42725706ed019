using System.Text;
using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>Reads objects, one a line or one array of them, as rows.</summary>
internal static class JsonRows
{
    /// <summary>The objects of a file: of <c>.jsonl</c> one a line, of <c>.json</c> one a line or one array.</summary>
    /// <exception cref="DataFormatException">It is no JSON, or no list of objects.</exception>
    public static IEnumerable<(int Line, JsonElement Object)> Objects(DataText file)
    {
        bool isArray = file.Text.AsSpan().TrimStart() is ['[', ..];
        return isArray ? OfArray(file) : OfLines(file);
    }

    /// <summary>The rows of a file: texts, numbers and truth values become text, lists of them several texts; the rest is left out.</summary>
    public static IEnumerable<DataRow> Read(DataText file)
    {
        foreach ((int line, JsonElement item) in Objects(file))
        {
            Dictionary<string, string[]> cells = new(StringComparer.Ordinal);
            foreach (JsonProperty property in item.EnumerateObject())
            {
                if (Texts(property.Value) is { } texts && !cells.TryAdd(property.Name, texts))
                    throw new DataFormatException(file.Path, line, property.Name, "the property is there twice");
            }
            yield return new(file.Path, line, cells) { IsObject = true };
        }
    }

    /// <summary>Parses a document.</summary>
    /// <exception cref="DataFormatException">It is no JSON, or one of its texts is not Unicode.</exception>
    public static JsonDocument Parse(DataText file, string text, int firstLine)
    {
        try
        {
            return StrictJson.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(
                file.Path, firstLine + (int)(exception.LineNumber ?? 0), DataText.Number((int)(exception.BytePositionInLine ?? 0) + 1),
                $"this is no JSON: {Reason(exception)}", exception);
        }
    }

    /// <summary>What is wrong, without the place, which the library counts from 0 and from where the text begins.</summary>
    private static string Reason(JsonException exception)
    {
        int place = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? exception.Message : exception.Message[..place];
    }

    private static IEnumerable<(int Line, JsonElement Object)> OfLines(DataText file)
    {
        foreach ((int number, string line) in file.Lines())
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            using JsonDocument document = Parse(file, line, number);
            yield return (number, RequireObject(document.RootElement, file, number));
        }
    }

    private static IEnumerable<(int Line, JsonElement Object)> OfArray(DataText file)
    {
        using JsonDocument document = Parse(file, file.Text, 1);
        JsonPlaces places = new(file.Text, document);
        foreach (JsonElement item in document.RootElement.EnumerateArray())
        {
            int line = places.Line(item);
            yield return (line, RequireObject(item, file, line));
        }
    }

    private static JsonElement RequireObject(JsonElement element, DataText file, int line) => element.ValueKind == JsonValueKind.Object
        ? element.Clone()
        : throw new DataFormatException(file.Path, line, null, $"an object was expected, not {element.ValueKind}");

    private static string[]? Texts(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return Text(value) is { } single ? [single] : null;
        List<string> texts = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (Text(item) is not { } text)
                return null;
            texts.Add(text);
        }
        return [.. texts];
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}
