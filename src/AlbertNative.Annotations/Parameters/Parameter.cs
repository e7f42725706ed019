using System.Text.Json;

namespace AlbertNative.Annotations;

/// <summary>A setting of a stage, by the name that Spark NLP gives it.</summary>
internal sealed class Parameter
{
    private readonly Func<JsonElement, object?> _read;

    private Parameter(string name, object? defaultValue, string kind, Func<JsonElement, object?> read) =>
        (Name, Default, Kind, _read) = (name, defaultValue, kind, read);

    /// <summary>Its name, as setters and saved stages have it.</summary>
    public string Name { get; }

    /// <summary>Another name that files may have it by; null for none.</summary>
    public string? Alias { get; private init; }

    /// <summary>What it is where nobody has set it; null where it is then unset.</summary>
    public object? Default { get; }

    /// <summary>What it takes, for messages.</summary>
    public string Kind { get; }

    public static Parameter Text(string name, string? defaultValue = null) =>
        new(name, defaultValue, "a string", value => value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    public static Parameter Texts(string name, params string[]? defaultValue) =>
        new(name, defaultValue, "an array of strings", ReadTexts);

    public static Parameter Number(string name, int? defaultValue = null) =>
        new(name, defaultValue, "an integer", value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null);

    public static Parameter Fraction(string name, float? defaultValue = null) =>
        new(name, defaultValue, "a number", value => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) ? number : null);

    public static Parameter Flag(string name, bool defaultValue, string? alias = null) =>
        new(name, defaultValue, "true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null)
        {
            Alias = alias,
        };

    /// <summary>The value that a file has for it.</summary>
    /// <exception cref="PipelineFormatException">It is of another kind.</exception>
    public object Read(JsonElement value, string stage) =>
        _read(value) ?? throw new PipelineFormatException($"{stage}: '{Name}' is {value.ValueKind}, expected {Kind}");

    /// <summary>Writes a value of it.</summary>
    public static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case float number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case IReadOnlyList<string> texts:
                writer.WriteStartArray();
                foreach (string text in texts)
                    writer.WriteStringValue(text);
                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"a setting cannot be {value.GetType().Name}", nameof(value));
        }
    }

    private static string[]? ReadTexts(JsonElement value)
    {
        // Spark NLP writes a list of one as such, its Python setters take a string for it.
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : null;
    }
}
