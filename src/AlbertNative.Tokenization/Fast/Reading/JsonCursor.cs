using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AlbertNative.Tokenization.Fast.Reading;

/// <summary>
/// A strict walk over a JSON file that knows where it is: whoever reads names each property that an object may have,
/// anything else or anything twice is an error with its path. Nothing is built, so that a file costs what is kept of it.
/// </summary>
/// <remarks>After every method that reads a value, the cursor stands on that value's last token.</remarks>
internal ref struct JsonCursor
{
    private const int MaximumDepth = 64;
    private const int LongestQuote = 80;

    private readonly string? _source;
    private readonly string?[] _names = new string?[MaximumDepth + 1];
    private readonly int[] _indices = new int[MaximumDepth + 1];
    private Utf8JsonReader _json;

    /// <summary>Starts at the file's only value.</summary>
    public JsonCursor(ReadOnlySpan<byte> utf8, string? source)
    {
        _source = source;
        _json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });
        Read();
    }

    /// <summary>The token that it stands on.</summary>
    public readonly JsonTokenType Token => _json.TokenType;

    /// <summary>Whether it stands on null.</summary>
    public readonly bool IsNull => _json.TokenType == JsonTokenType.Null;

    /// <summary>The bytes of the string (with its escapes) or number that it stands on.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _json.ValueSpan;

    /// <summary>Checks that nothing is left.</summary>
    public void End()
    {
        if (_json.Read())
            throw Error("something follows");
    }

    /// <summary>An error at the present place.</summary>
    public readonly TokenizerFormatException Error(string message)
    {
        StringBuilder path = new();
        for (int depth = 1; depth <= Math.Min(_json.CurrentDepth, MaximumDepth); depth++)
        {
            if (_names[depth] is string name)
                path.Append(path.Length == 0 ? "" : ".").Append(name);
            else
                path.Append('[').Append(_indices[depth]).Append(']');
        }
        return new TokenizerFormatException(_source, path.Length == 0 ? message : $"{path}: {message}");
    }

    /// <summary>A text of the file for a message, cut where it is long.</summary>
    public static string Quote(string text) => text.Length <= LongestQuote ? $"'{text}'" : $"'{text[..LongestQuote]}…'";

    /// <summary>Enters an object.</summary>
    public void StartObject()
    {
        Expect(JsonTokenType.StartObject, "an object");
        if (_json.CurrentDepth < MaximumDepth)
            _indices[_json.CurrentDepth + 1] = -1;
    }

    /// <summary>Enters an array.</summary>
    public void StartArray()
    {
        Expect(JsonTokenType.StartArray, "a list");
        if (_json.CurrentDepth < MaximumDepth)
            _indices[_json.CurrentDepth + 1] = -1;
    }

    /// <summary>Goes to the value of the object's next property; false at the object's end.</summary>
    /// <param name="names">The properties that it may have.</param>
    /// <param name="seen">A bit for each that has come already.</param>
    /// <param name="index">Which of them it is.</param>
    public bool NextProperty(ReadOnlySpan<string> names, ref uint seen, out int index)
    {
        Read();
        index = 0;
        if (_json.TokenType == JsonTokenType.EndObject)
            return false;
        while (index < names.Length && !_json.ValueTextEquals(names[index]))
            index++;
        _names[_json.CurrentDepth] = index < names.Length ? names[index] : Quote(_json.GetString()!);
        if (index == names.Length)
            throw Error("unknown property");
        if ((seen & (1u << index)) != 0)
            throw Error("a second time");
        seen |= 1u << index;
        Read();
        return true;
    }

    /// <summary>Goes to the value of the object's next property, whatever its name; false at the object's end.</summary>
    public bool NextEntry(out string name)
    {
        Read();
        name = "";
        if (_json.TokenType == JsonTokenType.EndObject)
            return false;
        name = _json.GetString()!;
        _names[_json.CurrentDepth] = name;
        Read();
        return true;
    }

    /// <summary>As the other, where the name is only checked to be well-formed Unicode: nothing is allocated.</summary>
    /// <param name="scratch">A rented array; replaced where it is too short.</param>
    public bool NextEntry(ref char[] scratch)
    {
        Read();
        if (_json.TokenType == JsonTokenType.EndObject)
            return false;
        if (_json.ValueSpan.Length > scratch.Length)
        {
            ArrayPool<char>.Shared.Return(scratch);
            scratch = ArrayPool<char>.Shared.Rent(_json.ValueSpan.Length);
        }
        _json.CopyString(scratch);
        _names[_json.CurrentDepth] = null;
        _indices[_json.CurrentDepth]++;
        Read();
        return true;
    }

    /// <summary>Checks that the properties of <paramref name="required"/> have come.</summary>
    public readonly void Require(ReadOnlySpan<string> names, uint seen, uint required)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if ((required & ~seen & (1u << i)) != 0)
                throw Error($"no '{names[i]}'");
        }
    }

    /// <summary>Goes to the array's next item; false at the array's end.</summary>
    public bool NextItem()
    {
        Read();
        if (_json.TokenType == JsonTokenType.EndArray)
            return false;
        _names[_json.CurrentDepth] = null;
        _indices[_json.CurrentDepth]++;
        return true;
    }

    /// <summary>The string that it stands on.</summary>
    public readonly string String()
    {
        Expect(JsonTokenType.String, "a string");
        return _json.GetString()!;
    }

    /// <summary>Checks that it stands on a string that is well-formed Unicode.</summary>
    /// <param name="scratch">At least as long as <see cref="Bytes"/>.</param>
    public readonly void CheckString(Span<char> scratch)
    {
        Expect(JsonTokenType.String, "a string");
        _json.CopyString(scratch);
    }

    /// <summary>The bytes that a base64 string stands for.</summary>
    public readonly byte[] Base64()
    {
        Expect(JsonTokenType.String, "a string");
        return _json.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : throw Error("not base64");
    }

    /// <summary>The truth value that it stands on.</summary>
    public readonly bool Boolean() => _json.TokenType is JsonTokenType.True or JsonTokenType.False
        ? _json.GetBoolean()
        : throw Error($"expected true or false, found {Describe()}");

    /// <summary>The whole number, 0 or more, that it stands on.</summary>
    public readonly int Count()
    {
        Expect(JsonTokenType.Number, "a number");
        return _json.TryGetInt32(out int value) && value >= 0
            ? value
            : throw Error($"expected a whole number from 0 to {int.MaxValue}");
    }

    /// <summary>The finite number that it stands on.</summary>
    public readonly double Score()
    {
        Expect(JsonTokenType.Number, "a number");
        double value = ScoreNumber.Parse(_json.ValueSpan);
        return double.IsFinite(value) ? value : throw Error("a number out of range");
    }

    /// <summary>The <c>type</c> of the object that it stands on, looked up ahead; null where it has none.</summary>
    public readonly string? PeekType()
    {
        Expect(JsonTokenType.StartObject, "an object");
        Utf8JsonReader ahead = _json;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = ahead.ValueTextEquals("type"u8);
            ahead.Read();
            if (isType)
                return ahead.TokenType == JsonTokenType.String ? ahead.GetString() : throw Error("a type that is not a string");
            ahead.Skip();
        }
        return null;
    }

    /// <summary>Whether the object that it stands on has a property, looked up ahead.</summary>
    public readonly bool Has(ReadOnlySpan<byte> name)
    {
        Expect(JsonTokenType.StartObject, "an object");
        Utf8JsonReader ahead = _json;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            if (ahead.ValueTextEquals(name))
                return true;
            ahead.Read();
            ahead.Skip();
        }
        return false;
    }

    /// <summary>The token that it stands on must be this.</summary>
    public readonly void Expect(JsonTokenType token, string name)
    {
        if (_json.TokenType != token)
            throw Error($"expected {name}, found {Describe()}");
    }

    private readonly string Describe() => _json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "an end",
    };

    private void Read()
    {
        if (!_json.Read())
            throw Error("the file ends early");
    }
}
