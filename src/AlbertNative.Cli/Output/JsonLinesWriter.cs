using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.Cli;

/// <summary>One JSON object a line: the input's own other fields first, then the result's.</summary>
internal sealed class JsonLinesWriter<TItem, TResult>(Stream output, Action<Utf8JsonWriter, TItem, TResult> writeFields)
    : IResultWriter<TItem, TResult>
{
    private const int FlushAt = 1 << 16;

    // The relaxed encoder names properties; values are written by JsonText.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null, Relaxed);

    public void Write(TItem item, TResult result, JsonRecord? record)
    {
        // A line is begun only when it is known whole: an error halfway leaves nothing of it.
        _line.ResetWrittenCount();
        _writer.Reset(_line);
        _writer.WriteStartObject();
        writeFields(_writer, item, result);
        _writer.WriteEndObject();
        _writer.Flush();

        bool others = record is not null && WriteOthers(record);
        _pending.Write(others ? _line.WrittenSpan[1..] : _line.WrittenSpan);
        _pending.Write("\n"u8);
        if (_pending.WrittenCount >= FlushAt)
            Flush();
    }

    public void Flush()
    {
        output.Write(_pending.WrittenSpan);
        output.Flush();
        _pending.ResetWrittenCount();
    }

    public void Complete() => Flush();

    public void Dispose() => _writer.Dispose();

    // Begins the line with the record's other fields, as the input spells their values. Where a field of the result
    // has the same name, the result's stands.
    private bool WriteOthers(JsonRecord record)
    {
        HashSet<string>? taken = null;
        foreach (JsonProperty other in record.OtherFields)
        {
            if (taken is null)
            {
                taken = ResultFields();
                _writer.Reset(_pending);
                _writer.WriteStartObject();
            }
            if (taken.Contains(other.Name))
                continue;
            _writer.WritePropertyName(other.Name);
            _writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(other.Value), skipInputValidation: true);
        }
        if (taken is null)
            return false;

        bool any = _writer.BytesPending + _writer.BytesCommitted > 1;
        _writer.Flush();
        if (any && taken.Count > 0)
            _pending.Write(","u8);
        return true;
    }

    private HashSet<string> ResultFields()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        Utf8JsonReader reader = new(_line.WrittenSpan);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            names.Add(reader.GetString()!);
            reader.Skip();
        }
        return names;
    }
}
