using System.Text.Json;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects;

/// <summary>Results as Hugging Face's pipelines name their parts.</summary>
internal static class ResultJson
{
    /// <summary>Writes an array.</summary>
    public static void WriteArray<T>(this Utf8JsonWriter json, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray();
        foreach (T item in items)
            write(json, item);
        json.WriteEndArray();
    }

    /// <summary>Writes a vector.</summary>
    /// <exception cref="NotFiniteNumberException">It has what is no number.</exception>
    public static void WriteVector(this Utf8JsonWriter json, ReadOnlySpan<float> vector) => Tei.TeiVectors.Write(json, vector);

    public static void WriteLabel(this Utf8JsonWriter json, LabelScore label)
    {
        json.WriteStartObject();
        json.WriteString("label"u8, label.Label);
        json.WriteNumber("score"u8, label.Score);
        json.WriteEndObject();
    }

    public static void WriteFill(this Utf8JsonWriter json, MaskFill fill)
    {
        json.WriteStartObject();
        json.WriteNumber("score"u8, fill.Score);
        json.WriteNumber("token"u8, fill.TokenId);
        json.WriteString("token_str"u8, fill.Text);
        json.WriteString("sequence"u8, fill.Sequence);
        json.WriteEndObject();
    }

    public static void WriteEntity(this Utf8JsonWriter json, Entity entity, TextUnits units)
    {
        json.WriteStartObject();
        json.WriteString(entity.TokenIndex is null ? "entity_group"u8 : "entity"u8, entity.Label);
        json.WriteNumber("score"u8, entity.Score);
        if (entity.TokenIndex is int index)
            json.WriteNumber("index"u8, index);
        json.WriteString("word"u8, entity.Word);
        json.WriteNumber("start"u8, units[entity.Span.Start]);
        json.WriteNumber("end"u8, units[entity.Span.End]);
        json.WriteEndObject();
    }

    public static void WriteAnswer(this Utf8JsonWriter json, Answer answer, TextUnits units)
    {
        json.WriteStartObject();
        json.WriteNumber("score"u8, answer.Score);
        json.WriteNumber("start"u8, units[answer.Span.Start]);
        json.WriteNumber("end"u8, units[answer.Span.End]);
        json.WriteString("answer"u8, answer.Text);
        json.WriteEndObject();
    }
}
