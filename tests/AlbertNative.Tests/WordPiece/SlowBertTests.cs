using AlbertNative.Tokenization;
using TextEncoding = System.Text.Encoding;

namespace AlbertNative.Tests.WordPiece;

/// <summary>transformers' slow BertTokenizer. The expectations are those of version 4.57.</summary>
public sealed class SlowBertTests
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "A", "\u00E9", "e", "\u65E5", ".", "don't", "'", "don", "t", "i", "\u03C3"];

    [Theory]
    [InlineData("ab a.", "a 0-1/0 ##b 1-2/0 a 3-4/1 . 4-5/2")]
    [InlineData("A\u0301b\u65E5a", "a 0-1/0 ##b 2-3/0 \u65E5 3-4/1 a 4-5/2")]
    [InlineData("a[MASK]b", "a 0-1/0 [MASK] 1-7/1 [UNK] 7-8/2")]
    [InlineData("a\u0378b \u2B739", "a 0-1/0 ##b 2-3/0 [UNK] 4-6/1")]
    [InlineData("\u0130 \u03A3", "i 0-1/0 \u03C3 2-3/1")]
    [InlineData("\u0085\u200C", "")]
    public void Words_are_cleaned_split_and_cut(string text, string expected) => Assert.Equal(expected, Show(Load().Encode(text)));

    [Theory]
    [InlineData("e\u0301", "\u00E9 0-1/0")]
    [InlineData("[MA\u200CSK] a", "[MASK] 0-7/0 a 8-9/1")]
    [InlineData("Ab [MASK]", "A 0-1/0 ##b 1-2/0 [MASK] 3-9/1")]
    public void Where_case_is_kept_text_is_composed_and_special_tokens_stay_words(string text, string expected) =>
        Assert.Equal(expected, Show(Load(new TokenizerSettings { LowerCase = false }).Encode(text)));

    [Fact]
    public void Words_never_split_are_tokens_or_unknown()
    {
        Tokenizer tokenizer = Load(new TokenizerSettings { NeverSplit = ["don't", "a.a"] });
        Assert.Equal("don't 0-5/0 [UNK] 6-9/1 don 10-13/2 ' 13-14/3 t 14-15/4 . 15-16/5", Show(tokenizer.Encode("don't a.a don't.")));
    }

    [Fact]
    public void Missing_special_tokens_follow_the_vocabulary()
    {
        Tokenizer tokenizer = Tokenizer.FromVocabulary("a\r\nb\rc"u8.ToArray(), options: Slow);
        Assert.Equal([6, 0, 1, 2, 3, 4], tokenizer.Encode("a b c x").Ids);
        Assert.Equal(8, tokenizer.VocabularySize);
        Assert.Equal("a b", tokenizer.Decode([6, 0, 1, 4]));
    }

    [Fact]
    public void Decoding_joins_pieces_and_cleans_up() =>
        Assert.Equal("ab. a [MASK]", Load().Decode([5, 6, 11, 5, 4], skipSpecialTokens: false));

    [Fact]
    public void Without_words_it_is_refused() => Assert.Contains(
        "'do_basic_tokenize' false",
        Assert.Throws<TokenizerFormatException>(() => Load(new TokenizerSettings { DoBasicTokenize = false })).Message);

    [Fact]
    public void Random_texts_are_encoded_in_whole_with_sound_spans()
    {
        Random random = new(20251125);
        Tokenizer[] tokenizers = [Load(), Load(new TokenizerSettings { LowerCase = false, StripAccents = true }), Load(options: new TokenizerOptions())];
        int[] ids = new int[256];
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => RandomCharacter(random)));
            foreach (Tokenizer tokenizer in tokenizers)
            {
                Encoding encoding = tokenizer.Encode(text);
                Assert.Equal(encoding.Ids, ids[..tokenizer.Encode(text, ids)]);
                for (int t = 1; t < encoding.Count - 1; t++)
                    Assert.InRange(encoding.Spans[t].Start, encoding.Spans[t - 1].Start, encoding.Spans[t].End - 1);
                Assert.True(encoding.Spans[^2].End <= text.Length);
            }
        }
    }

    private static TokenizerOptions Slow { get; } = new() { Semantics = TokenizerSemantics.Slow };

    private static Tokenizer Load(TokenizerSettings? settings = null, TokenizerOptions? options = null) => Tokenizer.FromVocabulary(
        TextEncoding.UTF8.GetBytes(string.Join('\n', Vocabulary)), settings, options ?? Slow);

    private static string RandomCharacter(Random random) => random.Next(8) switch
    {
        0 => " ",
        1 => "[MASK]",
        2 => ((char)random.Next(0x20, 0x7F)).ToString(),
        3 => ((char)random.Next(0x300, 0x370)).ToString(),
        4 => ((char)random.Next(0xD800, 0xE000)).ToString(),
        5 => char.ConvertFromUtf32(random.Next(0x10000, 0x30000)),
        6 => ((char)random.Next(0x4E00, 0xAC00)).ToString(),
        _ => ((char)random.Next(0, 0xD800)).ToString(),
    };

    private static string Show(Encoding encoding) => string.Join(' ', Enumerable.Range(1, encoding.Count - 2).Select(i =>
        $"{encoding.Tokens[i]} {encoding.Spans[i].Start}-{encoding.Spans[i].End}/{encoding.WordIndices[i]}"));
}
