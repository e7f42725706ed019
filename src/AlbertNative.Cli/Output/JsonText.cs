using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AlbertNative.Cli;

/// <summary>What the framework's JSON writer lacks: lists of numbers, and strings with only the escapes that JSON and terminals demand.</summary>
/// <remarks>
/// Every encoder of the framework writes characters beyond U+FFFF, such as emoji, as escapes; a person who reads
/// the lines should see the text. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
/// </remarks>
internal static class JsonText
{
    // Of the controls from U+007F to U+009F, which a terminal may obey, all but the first are this byte and another.
    private const byte FirstOfC1 = 0xC2;

    private static readonly SearchValues<byte> MayNeedEscape = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\', 0x7F, FirstOfC1]);

    /// <summary>Writes <paramref name="text"/> as a value.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string text)
    {
        ArrayBufferWriter<byte> quoted = new(text.Length + 16);
        quoted.Write("\""u8);
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (rest.IndexOfAny(MayNeedEscape) is int at and >= 0)
        {
            quoted.Write(rest[..at]);
            // A character of two bytes is its second one where the first is C2.
            int length = rest[at] == FirstOfC1 ? 2 : 1;
            byte character = rest[at + length - 1];
            if (length == 2 && character >= 0xA0)
                quoted.Write(rest.Slice(at, length));
            else
                quoted.Write(Encoding.ASCII.GetBytes(Escape(character)));
            rest = rest[(at + length)..];
        }
        quoted.Write(rest);
        quoted.Write("\""u8);
        writer.WriteRawValue(quoted.WrittenSpan, skipInputValidation: true);
    }

    /// <summary>Writes a property with the value <paramref name="text"/>.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string name, string text)
    {
        writer.WritePropertyName(name);
        writer.WriteText(text);
    }

    /// <summary>Writes a property with a list of numbers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter writer, string name, ReadOnlySpan<int> numbers)
    {
        writer.WriteStartArray(name);
        foreach (int number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    /// <summary>Writes a list of floats, each with as many digits as it takes to read it back to the same bits.</summary>
    public static void WriteFloats(this Utf8JsonWriter writer, ReadOnlySpan<float> numbers)
    {
        writer.WriteStartArray();
        foreach (float number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }

    /// <summary>Writes a property with such a list.</summary>
    public static void WriteFloats(this Utf8JsonWriter writer, string name, ReadOnlySpan<float> numbers)
    {
        writer.WritePropertyName(name);
        writer.WriteFloats(numbers);
    }

    /// <summary>Writes a property with a list of strings.</summary>
    public static void WriteTexts(this Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteText(text);
        writer.WriteEndArray();
    }

    /// <summary>Writes an offset pair as a list of two.</summary>
    public static void WritePair(this Utf8JsonWriter writer, int start, int end)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(start);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
    }

    private static string Escape(byte character) => (char)character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        var control => $"\\u{(int)control:x4}",
    };
}
