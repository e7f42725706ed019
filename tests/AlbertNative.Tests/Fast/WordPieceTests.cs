using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>WordPiece and the components that come with it. The expectations are Hugging Face's.</summary>
public sealed class WordPieceTests
{
    private const string Vocabulary =
        """
        {"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"a":5,"##a":6,"ab":7,"##b":8,"b":9,"c":10,"日":11,"!":12,"##bc":13,
         "1":14,"##1":15,"i":16,"-":17,"##2":18,"e":19}
        """;

    private const string Uncased =
        """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""";

    private static readonly TokenizerFile File = new()
    {
        Normalizer = Uncased,
        PreTokenizer = TokenizerFile.Simple("BertPreTokenizer"),
        PostProcessor = "null",
        Decoder = """{"type":"WordPiece","prefix":"##","cleanup":true}""",
        Model = Model(Vocabulary),
    };

    [Theory]
    [InlineData("ab", "ab 0-2/0")]
    [InlineData("abbc", "ab 0-2/0 ##bc 2-4/0")]
    [InlineData("abbx", "[UNK] 0-4/0")]
    [InlineData("aba b", "ab 0-2/0 ##a 2-3/0 b 4-5/1")]
    [InlineData("ABA!ab", "ab 0-2/0 ##a 2-3/0 ! 3-4/1 ab 4-6/2")]
    [InlineData("a日b", "a 0-1/0 日 1-2/1 b 2-3/2")]
    [InlineData("\u0301a\u0301b\u0301", "ab 1-4/0")]
    [InlineData("a\u0000\u200Cb", "ab 0-4/0")]
    [InlineData("\u00C1\u00E9\u0130", "[UNK] 0-3/0")]
    [InlineData("\u00C1\u0130", "[UNK] 0-2/0")]
    [InlineData("\u0130", "i 0-1/0")]
    [InlineData("a\U0001F600b", "[UNK] 0-4/0")]
    [InlineData(" \u3000\t", "")]
    public void Words_are_cut_into_the_longest_tokens(string text, string expected) => Assert.Equal(expected, File.Tokens(text));

    [Fact]
    public void A_lone_surrogate_is_cleaned_away_as_a_replacement_character() => Assert.Equal("a 1-2/0", File.Tokens("\uD83Da"));

    [Fact]
    public void Words_beyond_the_longest_are_unknown()
    {
        Assert.Equal(100, File.Load().Encode(new string('a', 100)).Count);
        Assert.Equal([1], File.Load().Encode(new string('a', 101)).Ids);
    }

    [Theory]
    [InlineData("Removed", "a 0-1/0 b 3-4/1")]
    [InlineData("Isolated", "a 0-1/0 ! 1-2/1 ! 2-3/2 b 3-4/3")]
    [InlineData("Contiguous", "a 0-1/0 [UNK] 1-3/1 b 3-4/2")]
    [InlineData("MergedWithPrevious", "[UNK] 0-2/0 ! 2-3/1 b 3-4/2")]
    [InlineData("MergedWithNext", "a 0-1/0 ! 1-2/1 ! 2-3/2 ##b 3-4/2")]
    public void Punctuation_behaves_as_told(string behavior, string expected)
    {
        TokenizerFile file = File with { PreTokenizer = $$"""{"type":"Punctuation","behavior":"{{behavior}}"}""" };
        Assert.Equal(expected, file.Tokens("a!!b"));
    }

    [Theory]
    [InlineData("true", "a 0-1/0 1 1-2/1 1 2-3/2 b 3-4/3")]
    [InlineData("false", "a 0-1/0 1 1-2/1 ##1 2-3/1 b 3-4/2")]
    public void Digits_are_parted(string individually, string expected)
    {
        TokenizerFile file = File with { PreTokenizer = $$"""{"type":"Digits","individual_digits":{{individually}}}""" };
        Assert.Equal(expected, file.Tokens("a11b"));
    }

    [Fact]
    public void Whitespace_parts_word_characters_from_others() => Assert.Equal(
        "ab 0-2/0 [UNK] 2-4/1 b 4-5/2 - 6-7/3",
        (File with { PreTokenizer = TokenizerFile.Simple("Whitespace") }).Tokens("ab!-b -"));

    [Fact]
    public void Without_a_name_the_model_is_known_by_its_prefix()
    {
        TokenizerFile file = File with { Model = Model(Vocabulary).Replace("\"type\":\"WordPiece\",", "", StringComparison.Ordinal) };
        Assert.Equal("ab 0-2/0 ##a 2-3/0", file.Tokens("aba"));
    }

    [Fact]
    public void Ids_may_be_left_out()
    {
        Tokenizer tokenizer = (File with { Model = Model("""{"[UNK]":0,"a":3}""") }).Load();
        Assert.Equal(4, tokenizer.VocabularySize);
        Assert.Equal([3, 0], tokenizer.Encode("a b").Ids);
        Assert.Equal("", tokenizer.IdToToken(2));
        Assert.Equal("a", tokenizer.Decode([1, 3, 2]));
    }

    [Fact]
    public void The_decoder_joins_words_and_cleans_up_within_tokens()
    {
        Tokenizer tokenizer = File.Load();
        Assert.Equal("ab! a", tokenizer.Decode([9 - 2, 12, 5]));
        Assert.Equal("aba", tokenizer.Decode([7, 6]));
        // What a first token begins with stays: there is nothing before it.
        Assert.Equal("##a", tokenizer.Decode([6]));
    }

    [Fact]
    public void Ids_alone_are_those_with_details_whatever_was_met_before()
    {
        Tokenizer tokenizer = File.Load();
        string[] texts = ["ab!a", "\u0301!a\u0301", "a日\u200C日", "11a!!", "a\U0001F600 b", "  !", "ab!a", "!ab"];
        int[] ids = new int[64];
        foreach (string text in texts.Concat(texts))
            Assert.Equal(tokenizer.Encode(text).Ids, ids[..tokenizer.Encode(text, ids)]);
        foreach (string text in texts)
            Assert.Equal(File.Tokens(text), TokenizerFile.Show(tokenizer.Encode(text)));
    }

    private static string Model(string vocabulary) =>
        $$"""
        {"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{{vocabulary}}}
        """;
}
