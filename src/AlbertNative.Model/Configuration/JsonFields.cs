using System.Text;
using System.Text.Json;

namespace AlbertNative.Model;

/// <summary>
/// The values of some keys of one JSON object, found in a single pass and read where they stand: what a file
/// holds beside them costs no memory, however large or hostile it is.
/// </summary>
internal readonly ref struct JsonFields
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly ReadOnlySpan<string> _keys;

    /// <summary>Where the value of each key is; null where the key does not stand.</summary>
    private readonly Value?[] _values;

    private JsonFields(ReadOnlySpan<byte> utf8, ReadOnlySpan<string> keys, Value?[] values)
    {
        _utf8 = utf8;
        _keys = keys;
        _values = values;
    }

    /// <summary>Scans the whole text, so that later reads meet valid JSON only.</summary>
    /// <exception cref="JsonException">Not one JSON object, or a key of <paramref name="keys"/> stands twice.</exception>
    public static JsonFields Scan(ReadOnlySpan<byte> utf8, ReadOnlySpan<string> keys)
    {
        Value?[] values = new Value?[keys.Length];
        Utf8JsonReader reader = new(utf8);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int key = Match(ref reader, keys);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (key < 0)
                continue;
            if (values[key] is not null)
                throw new JsonException($"{keys[key]} stands twice");
            values[key] = new Value(start, (int)reader.BytesConsumed);
        }
        if (reader.Read())
            throw new JsonException("text after the object");
        return new JsonFields(utf8, keys, values);
    }

    /// <summary>True where the key stands and is not null; <paramref name="reader"/> is then at its value's first token.</summary>
    public bool TryRead(string key, out Utf8JsonReader reader)
    {
        reader = default;
        if (!TryFind(key, out ReadOnlySpan<byte> raw))
            return false;
        reader = new Utf8JsonReader(raw);
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>True where the key's value is written as <paramref name="json"/> is, white space apart.</summary>
    public bool IsRaw(string key, string json)
    {
        const int Longest = 256;
        return TryFind(key, out ReadOnlySpan<byte> raw) && raw.Length <= Longest
            && string.Concat(Encoding.UTF8.GetString(raw).Where(c => !char.IsWhiteSpace(c))) == json;
    }

    /// <summary>True where the key stands with the value null.</summary>
    public bool IsNull(string key) => TryFind(key, out _) && !TryRead(key, out _);

    /// <summary>The key's value as the file writes it, cut where it is long; for errors.</summary>
    public string Excerpt(string key)
    {
        const int Longest = 40;
        if (!TryFind(key, out ReadOnlySpan<byte> raw))
            raw = "nothing"u8;
        return raw.Length <= Longest ? Encoding.UTF8.GetString(raw) : Encoding.UTF8.GetString(raw[..Longest]) + "...";
    }

    /// <summary>A key that was not scanned for would read as absent: that is a fault of the program, not of the file.</summary>
    private bool TryFind(string key, out ReadOnlySpan<byte> raw)
    {
        int index = _keys.IndexOf(key);
        if (index < 0)
            throw new ArgumentException($"{key} was not scanned for", nameof(key));
        Value? value = _values[index];
        raw = value is null ? default : _utf8[value.Start..value.End];
        return value is not null;
    }

    private static int Match(ref Utf8JsonReader reader, ReadOnlySpan<string> keys)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (reader.ValueTextEquals(keys[i]))
                return i;
        }
        return -1;
    }

    /// <summary>The bytes of a value.</summary>
    private sealed record Value(int Start, int End);
}
