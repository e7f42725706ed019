using System.Globalization;
using System.Text.Json;
using AlbertNative.Server.Requests;
using Microsoft.Extensions.Primitives;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>What a stream says once for all of its lines, in the query: its model, the unit of its offsets, and the task's options by their names.</summary>
internal sealed class StreamOptions : IDisposable
{
    private const string Model = "model", Offsets = "offsets";

    private readonly JsonDocument _options;

    private StreamOptions(string? model, TextUnit unit, JsonDocument options)
    {
        ModelName = model;
        Unit = unit;
        _options = options;
    }

    /// <summary>The model; null where the query does not name it.</summary>
    public string? ModelName { get; }

    /// <summary>What offsets count.</summary>
    public TextUnit Unit { get; }

    /// <summary>The task's options, to be read anew for each line.</summary>
    public JsonFields Fields => JsonFields.Of(_options.RootElement, "options");

    /// <summary>Reads a query.</summary>
    /// <exception cref="RequestException">The unit is none.</exception>
    public static StreamOptions Of(IQueryCollection query)
    {
        using PooledBuffer buffer = new();
        using (Utf8JsonWriter json = JsonAnswer.WriterOver(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("options"u8);
            foreach ((string name, StringValues values) in query)
            {
                if (name is Model or Offsets)
                    continue;
                json.WritePropertyName(name);
                Write(json, values);
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        string? model = query.TryGetValue(Model, out StringValues named) ? named.ToString() : null;
        return new(model, NativeInputs.UnitOf(query.TryGetValue(Offsets, out StringValues unit) ? unit.ToString() : null), JsonDocument.Parse(buffer.Written.ToArray()));
    }

    public void Dispose() => _options.Dispose();

    // A name that is given several times has several values; words that are numbers, true or false in JSON are those.
    private static void Write(Utf8JsonWriter json, StringValues values)
    {
        if (values.Count == 1)
        {
            WriteOne(json, values[0] ?? "");
            return;
        }
        json.WriteStartArray();
        foreach (string? value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter json, string value)
    {
        if (value is "true" or "false")
            json.WriteBooleanValue(value == "true");
        else if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(value);
    }
}
