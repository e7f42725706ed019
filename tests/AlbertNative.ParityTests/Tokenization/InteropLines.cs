using System.Text.Json;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>Golden lines of Hugging Face's tokenizers: text, pair and truncation, and all that comes of them.</summary>
internal static class InteropLines
{
    /// <summary>Asserts ids, tokens, token types, offsets and decoded text of every line, and ids alone where nothing is cut.</summary>
    public static void AssertExact(Tokenizer tokenizer, string golden)
    {
        int[] buffer = new int[1 << 16];
        foreach (JsonElement line in GoldenLines.Read(golden))
        {
            Encoding encoding = Encode(tokenizer, line);
            int[] ids = line.Integers("ids");
            Assert.Equal(line.Strings("tokens"), encoding.Tokens);
            Assert.Equal(ids, encoding.Ids);
            if (line.TryGetProperty("token_type_ids", out _))
                Assert.Equal(line.Integers("token_type_ids"), encoding.TokenTypeIds);
            Assert.Equal(line.Pairs("offsets"), CodePointOffsets.Of(encoding, i => Source(encoding, line, i)));
            Assert.Equal(line.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            if (!line.TryGetProperty("pair", out _) && !line.TryGetProperty("max_length", out _))
                Assert.Equal(ids, buffer.AsSpan(0, tokenizer.Encode(line.GetProperty("text").GetString()!, buffer)));
        }
    }

    /// <summary>Encodes a line as it says.</summary>
    public static Encoding Encode(Tokenizer tokenizer, JsonElement line)
    {
        EncodeOptions options = new() { MaxLength = line.TryGetProperty("max_length", out JsonElement limit) ? limit.GetInt32() : null };
        string text = line.GetProperty("text").GetString()!;
        return line.TryGetProperty("pair", out JsonElement pair)
            ? tokenizer.Encode(text, pair.GetString()!, options)
            : tokenizer.Encode(text, options);
    }

    private static string Source(Encoding encoding, JsonElement line, int token) =>
        line.GetProperty(encoding.SequenceIndices[token] == 1 ? "pair" : "text").GetString()!;
}
