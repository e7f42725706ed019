using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace AlbertNative;

/// <summary>
/// JSON all of whose texts and names are Unicode. The framework's document notices bytes that are no UTF-8 and lone
/// surrogates only where a text or a name is looked at, and then as a misuse by the caller; here they are faults of the
/// file, wherever they stand.
/// </summary>
internal static class StrictJson
{
    /// <summary>Parses a whole document.</summary>
    /// <exception cref="JsonException">It is not JSON, or one of its texts or names is not Unicode.</exception>
    public static JsonDocument Parse(byte[] json)
    {
        if (!Utf8.IsValid(json))
            throw new JsonException("it is not UTF-8");
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
                RequireText(ref reader);
        }
        return JsonDocument.Parse(json);
    }

    private static void RequireText(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(
                string.Create(CultureInfo.InvariantCulture, $"the text at byte {reader.TokenStartIndex} has a lone surrogate"), e);
        }
    }
}
