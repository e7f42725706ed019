using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AlbertNative.Cli;

/// <summary>One line of JSON-lines input: the fields a command asks for, and the others, which pass through.</summary>
internal sealed class JsonRecord
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly JsonElement _root;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    private JsonRecord(JsonElement root) => _root = root;

    /// <summary>Parses one line.</summary>
    /// <exception cref="BadInputException">The line is not one JSON object.</exception>
    public static JsonRecord Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(line, Strict).RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new BadInputException($"expected a JSON object, found {Describe(root)}");
            foreach (JsonProperty property in root.EnumerateObject())
                _ = property.Name;
            return new(root);
        }
        catch (InvalidOperationException)
        {
            // The framework takes half a surrogate pair in a name for a misuse; in a value it is read as U+FFFD.
            throw new BadInputException("not a JSON object: a field's name is no Unicode (a lone surrogate)");
        }
        catch (JsonException e)
        {
            // The parser's own position is within this one line; the run knows the line's number.
            string reason = e.Message.Split(" LineNumber", 2)[0].TrimEnd('.');
            throw new BadInputException($"not a JSON object: {reason} (byte {e.BytePositionInLine})");
        }
    }

    /// <summary>The fields that the command did not ask for, in their order.</summary>
    public IEnumerable<JsonProperty> OtherFields => _root.EnumerateObject().Where(other => !_used.Contains(other.Name));

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>A string; null where the field is absent or null.</summary>
    public string? OptionalText(string name) => TryGet(name, out JsonElement value) ? Text(value, name) : null;

    /// <summary>A string that must be there.</summary>
    public string Text(string name) => OptionalText(name) ?? throw Missing(name);

    /// <summary>A list of strings that must be there.</summary>
    public string[] Texts(string name)
    {
        JsonElement[] items = Items(name);
        return [.. items.Select((item, i) => Text(item, $"{name}[{i}]"))];
    }

    /// <summary>A whole number; null where the field is absent or null.</summary>
    public int? OptionalNumber(string name) => TryGet(name, out JsonElement value) ? Number(value, name) : null;

    /// <summary>A list of whole numbers that must be there.</summary>
    public int[] Numbers(string name)
    {
        JsonElement[] items = Items(name);
        return [.. items.Select((item, i) => Number(item, $"{name}[{i}]"))];
    }

    private bool TryGet(string name, out JsonElement value)
    {
        _used.Add(name);
        return _root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private JsonElement[] Items(string name)
    {
        if (!TryGet(name, out JsonElement value))
            throw Missing(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : throw new BadInputException($"\"{name}\": expected a list, found {Describe(value)}");
    }

    private static string Text(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw new BadInputException($"\"{name}\": expected a string, found {Describe(value)}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The framework refuses strings with half a surrogate pair; to a tokenizer that is U+FFFD, not an error.
            return Unescape(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value))[1..^1]);
        }
    }

    private static int Number(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number
            : throw new BadInputException($"\"{name}\": expected a whole number, found {Describe(value)}");

    // RFC 8259, section 7, on a string that the parser has already found to be well-formed.
    private static string Unescape(string escaped)
    {
        StringBuilder text = new(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)Convert.ToUInt16(escaped.Substring(i + 1, 4), 16));
                i += 4;
            }
            else
            {
                text.Append(escaped[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var c => c });
            }
        }
        return text.ToString();
    }

    private static BadInputException Missing(string name) => new($"the field \"{name}\" is missing");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => $"the number {value.GetRawText()}",
        _ => value.GetRawText(), // true, false, null
    };
}
