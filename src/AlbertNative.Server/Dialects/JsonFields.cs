using System.Globalization;
using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects;

/// <summary>The options of a request, each read once: what is left over at the end has a name that nobody knows.</summary>
/// <param name="element">The object; undefined for none.</param>
/// <param name="path">What the request calls it.</param>
internal sealed class JsonFields(JsonElement element, string path)
{
    private readonly HashSet<string> _known = [];

    /// <summary>The object of a field; none where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public static JsonFields Of(JsonElement body, string name) => JsonBody.Field(body, name) is { ValueKind: not JsonValueKind.Null } given
        ? new(JsonBody.Object(given, name), name)
        : new(default, name);

    /// <summary>A whole number of at least <paramref name="least"/>; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public int? Count(string name, int least = 1) => Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out int count) && count >= least => count,
        JsonElement value => throw JsonBody.WrongType(
            $"{path}.{name}", string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {least}"), value),
    };

    /// <summary>True or false; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public bool? Flag(string name) => Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement value => throw JsonBody.WrongType($"{path}.{name}", "true or false", value),
    };

    /// <summary>A text; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public string? Text(string name) => Field(name) is JsonElement value ? JsonBody.Text(value, $"{path}.{name}") : null;

    /// <summary>A text, or several; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public string[]? Texts(string name) => Field(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } values => [.. values.EnumerateArray().Select((text, i) => JsonBody.Text(text, $"{path}.{name}[{i}]"))],
        JsonElement value => [JsonBody.Text(value, $"{path}.{name}")],
    };

    /// <summary>One of some words; null where it is absent or null.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public T? Choice<T>(string name, IReadOnlyDictionary<string, T> choices)
        where T : struct => JsonBody.Choice(Text(name), $"{path}.{name}", choices);

    /// <summary>Refuses fields that change results and are not supported.</summary>
    /// <exception cref="RequestException">One is there.</exception>
    public void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Field(name) is not null)
                throw new RequestException(ErrorKind.Invalid, $"`{path}.{name}` is not supported", $"{path}.{name}");
        }
    }

    /// <summary>Lets fields pass that are read elsewhere.</summary>
    public void Ignore(params ReadOnlySpan<string> names) => _known.UnionWith(names.ToArray());

    /// <summary>Refuses fields that nobody has asked for.</summary>
    /// <exception cref="RequestException">There is one.</exception>
    public void RefuseOthers()
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        int unknown = element.EnumerateObject().Count(property => !_known.Contains(property.Name));
        if (unknown > 0)
        {
            throw new RequestException(
                ErrorKind.Invalid, $"`{path}` has {unknown} unknown fields; it may have {string.Join(", ", _known.Order())}", path);
        }
    }

    private JsonElement? Field(string name)
    {
        _known.Add(name);
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
    }
}
