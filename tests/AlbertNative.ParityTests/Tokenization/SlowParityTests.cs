using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>transformers' slow AlbertTokenizer: tokens, ids, token types, truncation and decoded text of every line.</summary>
public sealed class SlowParityTests
{
    private const string Prefix = "huggingface.";
    private const string Cased = ".cased";
    private const string Accents = ".accents";

    public static IEnumerable<TheoryDataRow<string>> Goldens() =>
        GoldenFile.Names(Prefix).Select(name => new TheoryDataRow<string>(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_is_exact(string name)
    {
        TokenizerOptions options = new()
        {
            Semantics = TokenizerSemantics.Slow,
            LowerCase = name.EndsWith(Cased) ? false : null,
            KeepAccents = name.EndsWith(Accents) ? true : null,
        };
        string vocabulary = name.Replace(Cased, "").Replace(Accents, "");
        var tokenizer = Tokenizer.Load(SharedFolder.Require("vocab", vocabulary + ".model"), options);
        int[] buffer = new int[1 << 16];
        foreach (JsonElement line in GoldenFile.Lines(Prefix, name))
            Check(tokenizer, line, buffer);
    }

    private static void Check(Tokenizer tokenizer, JsonElement line, int[] buffer)
    {
        string text = line.GetProperty("text").GetString()!;
        string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
        EncodeOptions options = new()
        {
            MaxLength = line.TryGetProperty("max_length", out JsonElement length) ? length.GetInt32() : null,
        };
        Encoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options);
        int[] ids = line.Integers("ids");
        Assert.Equal(ids, encoding.Ids);
        if (line.TryGetProperty("tokens", out _))
            Assert.Equal(line.Strings("tokens"), encoding.Tokens);
        if (line.TryGetProperty("token_type_ids", out _))
            Assert.Equal(line.Integers("token_type_ids"), encoding.TokenTypeIds);
        if (line.TryGetProperty("decoded", out JsonElement decoded))
            Assert.Equal(decoded.GetString(), tokenizer.Decode(ids));
        if (pair is null && options.MaxLength is null)
            Assert.Equal(ids, buffer[..tokenizer.Encode(text, buffer)]);
        CheckSpans(encoding, text, pair);
    }

    /// <summary>The goldens have no offsets for the slow tokenizer; what any must fulfil.</summary>
    private static void CheckSpans(Encoding encoding, string text, string? pair)
    {
        for (int i = 0; i < encoding.Count; i++)
        {
            TextSpan span = encoding.Spans[i];
            if (encoding.IsSpecial(i))
            {
                Assert.Equal(default, span);
                continue;
            }
            string source = encoding.SequenceIndices[i] == 0 ? text : pair!;
            Assert.InRange(span.Start, 0, source.Length);
            Assert.InRange(span.End, span.Start, source.Length);
            Assert.False(SplitsPair(source, span.Start) || SplitsPair(source, span.End));
            if (i > 0 && encoding.SequenceIndices[i - 1] == encoding.SequenceIndices[i])
                Assert.True(encoding.Spans[i - 1].Start <= span.Start);
        }
    }

    private static bool SplitsPair(string text, int index) =>
        index > 0 && index < text.Length && char.IsSurrogatePair(text[index - 1], text[index]);
}
