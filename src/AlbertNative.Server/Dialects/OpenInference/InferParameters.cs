using System.Globalization;
using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>Parameters of a request or of one of its tensors; those that nobody knows are ignored, as the protocol says.</summary>
/// <param name="values">Texts, numbers, and true or false, by their names; anything else is of no known type.</param>
/// <param name="path">What the request calls them.</param>
internal sealed class InferParameters(IReadOnlyDictionary<string, object> values, string path)
{
    /// <summary>The parameters of an object.</summary>
    /// <exception cref="RequestException">They are none.</exception>
    public static InferParameters Of(JsonElement holder, string path)
    {
        if (JsonBody.Field(holder, "parameters") is not { ValueKind: not JsonValueKind.Null } given)
            return new(new Dictionary<string, object>(), path);
        Dictionary<string, object> values = [];
        foreach (JsonProperty property in JsonBody.Object(given, path).EnumerateObject())
            values[property.Name] = ValueOf(property.Value, path);
        return new(values, path);
    }

    /// <summary>A text; null where it is absent.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public string? Text(string name) => values.GetValueOrDefault(name) switch
    {
        null => null,
        string text => text,
        _ => throw WrongType(name, "a string"),
    };

    /// <summary>True or false; null where it is absent.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public bool? Flag(string name) => values.GetValueOrDefault(name) switch
    {
        null => null,
        bool flag => flag,
        _ => throw WrongType(name, "true or false"),
    };

    /// <summary>A whole number of at least <paramref name="least"/>; null where it is absent.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public long? Count(string name, long least = 1) => values.GetValueOrDefault(name) switch
    {
        null => null,
        long number when number >= least => number,
        _ => throw WrongType(name, string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {least}")),
    };

    /// <summary>One of some words; null where it is absent.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public T? Choice<T>(string name, IReadOnlyDictionary<string, T> choices)
        where T : struct => JsonBody.Choice(Text(name), $"{path}.{name}", choices);

    /// <summary>Refuses what is not supported and must not be passed over.</summary>
    /// <exception cref="RequestException">It is there.</exception>
    public void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (values.ContainsKey(name))
                throw new RequestException(ErrorKind.Invalid, $"`{path}.{name}` is not supported", $"{path}.{name}");
        }
    }

    private static object ValueOf(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => JsonBody.Text(value, path),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.TryGetInt64(out long number) => number,
        _ => value.ValueKind,
    };

    private RequestException WrongType(string name, string expected) =>
        new(ErrorKind.WrongType, $"`{path}.{name}` must be {expected}", $"{path}.{name}");
}
