using System.Text.Json;
using AlbertNative.Checkpoints;

namespace AlbertNative;

/// <summary>A small JSON file of settings, whose faults name the file and the key.</summary>
internal sealed class SettingsFile : IDisposable
{
    // Real ones have a few hundred bytes.
    private const int MaxBytes = 1 << 16;

    private readonly string _path;
    private readonly JsonDocument _document;

    private SettingsFile(string path, JsonDocument document)
    {
        _path = path;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <summary>Reads a content whose root is of the kind <paramref name="root"/>.</summary>
    /// <exception cref="CheckpointFormatException">It is too long or not such JSON.</exception>
    public static SettingsFile Parse(string path, byte[] json, JsonValueKind root)
    {
        if (json.Length > MaxBytes)
            throw new CheckpointFormatException(path, $"longer than {MaxBytes} bytes");
        try
        {
            JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == root)
                return new(path, document);
            throw new CheckpointFormatException(path, $"expected JSON {root}, found {document.RootElement.ValueKind}");
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException(path, $"not JSON: {e.Message}", e);
        }
    }

    /// <summary>A string; null where it is absent or null.</summary>
    public string? Text(JsonElement parent, string name)
    {
        if (!TryGet(parent, name, out JsonElement value))
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new CheckpointFormatException(_path, $"\"{name}\": expected a string, found {value.ValueKind}", e);
        }
    }

    /// <summary>A positive whole number; null where it is absent or null.</summary>
    public int? Number(string name)
    {
        if (!TryGet(Root, name, out JsonElement value))
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw Fault($"\"{name}\": expected a positive whole number, found {value.GetRawText()}");
    }

    /// <summary>A truth value; false where it is absent or null.</summary>
    public bool Flag(string name)
    {
        if (!TryGet(Root, name, out JsonElement value))
            return false;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Fault($"\"{name}\": expected true or false, found {value.GetRawText()}"),
        };
    }

    /// <summary>Something wrong with this file.</summary>
    public CheckpointFormatException Fault(string problem) => new(_path, problem);

    public void Dispose() => _document.Dispose();

    private bool TryGet(JsonElement parent, string name, out JsonElement value)
    {
        if (parent.ValueKind != JsonValueKind.Object)
            throw Fault($"expected an object, found {parent.ValueKind}");
        return parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }
}
