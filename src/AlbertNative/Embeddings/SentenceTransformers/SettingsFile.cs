using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>A small JSON file of settings, whose faults name the file and the key.</summary>
internal sealed class SettingsFile : IDisposable
{
    // Real ones have a few hundred bytes, and some thousand with long prompts.
    private const int MaxBytes = 1 << 20;

    private readonly string _path;
    private readonly JsonDocument _document;

    private SettingsFile(string path, JsonDocument document)
    {
        _path = path;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads a part of a model whose root is an object; null where the model has no such part.</summary>
    /// <exception cref="CheckpointFormatException">It is too long or not such JSON.</exception>
    public static SettingsFile? Read(ModelFiles files, string name) =>
        files.Read(name) is byte[] json ? Parse(files.NameOf(name), json, JsonValueKind.Object) : null;

    /// <summary>Reads a content whose root is of the kind <paramref name="root"/>.</summary>
    /// <exception cref="CheckpointFormatException">It is too long or not such JSON.</exception>
    public static SettingsFile Parse(string path, byte[] json, JsonValueKind root)
    {
        if (json.Length > MaxBytes)
            throw new CheckpointFormatException(path, $"longer than {MaxBytes} bytes");
        try
        {
            JsonDocument document = StrictJson.Parse(json);
            if (document.RootElement.ValueKind == root)
                return new(path, document);
            throw new CheckpointFormatException(path, $"expected JSON {root}, found {document.RootElement.ValueKind}");
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException(path, $"not JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether there is a value of this name, be it null.</summary>
    public bool Has(string name) => Root.TryGetProperty(name, out _);

    /// <summary>A string of the root; null where it is absent or null.</summary>
    public string? Text(string name) => Text(Root, name);

    /// <summary>A string; null where it is absent or null.</summary>
    public string? Text(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw Fault($"\"{name}\": expected a string, found {value.ValueKind}");
    }

    /// <summary>The strings of a list, or the one that stands there alone; none where it is absent or null.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!TryGet(Root, name, out JsonElement value))
            return [];
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                [.. value.EnumerateArray().Select(item => item.GetString()!)],
            _ => throw Fault($"\"{name}\": expected a string or a list of strings, found {value.ValueKind}"),
        };
    }

    /// <summary>The strings of an object by their names; none where it is absent or null.</summary>
    public IReadOnlyDictionary<string, string> TextsByName(string name)
    {
        Dictionary<string, string> texts = [];
        if (!TryGet(Root, name, out JsonElement value))
            return texts;
        if (value.ValueKind != JsonValueKind.Object)
            throw Fault($"\"{name}\": expected an object, found {value.ValueKind}");
        foreach (JsonProperty property in value.EnumerateObject())
        {
            texts[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Fault($"\"{name}\": expected strings, found {property.Value.ValueKind}");
        }
        return texts;
    }

    /// <summary>A positive whole number; null where it is absent or null.</summary>
    public int? Number(string name)
    {
        if (!TryGet(Root, name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw Fault($"\"{name}\": expected a positive whole number, found {Shown(value)}");
    }

    /// <summary>A truth value; <paramref name="absent"/> where it is absent or null.</summary>
    public bool Flag(string name, bool absent = false)
    {
        if (!TryGet(Root, name, out JsonElement value))
            return absent;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault($"\"{name}\": expected true or false, found {Shown(value)}"),
        };
    }

    /// <summary>Refuses a setting that would change results and is not supported: anything but absent, null or empty.</summary>
    public void RefuseIfSet(string name)
    {
        if (TryGet(Root, name, out JsonElement value)
            && !(value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any()))
        {
            throw Fault($"\"{name}\" is not supported, found {Shown(value)}");
        }
    }

    /// <summary>Refuses a setting that is not what is supported.</summary>
    public void RequireText(JsonElement parent, string name, string expected)
    {
        if (Text(parent, name) is string text && text != expected)
            throw Fault($"\"{name}\": only \"{expected}\" is supported, found \"{text}\"");
    }

    /// <summary>Refuses a module that is for other features than a text's vector.</summary>
    public void RequireVectorModule(string kind)
    {
        foreach (string name in (string[])["module_input_name", "module_output_name"])
        {
            if (Text(name) is string feature && feature != "sentence_embedding")
                throw Fault($"\"{name}\": a {kind} module of \"{feature}\" is not supported, only of \"sentence_embedding\"");
        }
    }

    /// <summary>Something wrong with this file.</summary>
    public CheckpointFormatException Fault(string problem) => new(_path, problem);

    public void Dispose() => _document.Dispose();

    // Enough of a value to know it by.
    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "...";
    }

    private bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            throw Fault($"expected an object, found {parent.ValueKind}");
        return parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
