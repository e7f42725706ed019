using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Fast;

/// <summary>Pre-tokenizers and decoders. The expectations are Hugging Face's.</summary>
public sealed class PreTokenizerTests
{
    private static readonly string Mask = $"[{TokenizerFile.Added(4, "[MASK]", "special")}]";

    [Theory]
    [InlineData("always", "a b[MASK]a b", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1 [MASK] 3-9/2 ▁a 9-10/3 ▁ 10-11/4 b 11-12/4")]
    [InlineData("first", "a b[MASK]a b", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1 [MASK] 3-9/2 a 9-10/3 ▁ 10-11/4 b 11-12/4")]
    [InlineData("never", "a b[MASK]a b", "a 0-1/0 ▁ 1-2/1 b 2-3/1 [MASK] 3-9/2 a 9-10/3 ▁ 10-11/4 b 11-12/4")]
    [InlineData("always", " a", "▁a 0-2/0")]
    [InlineData("always", "▁a b▁", "▁a 0-2/0 ▁ 2-3/1 b 3-4/1 ▁ 4-5/2")]
    [InlineData("always", "▁▁a  ", "▁ 0-1/0 ▁a 1-3/1 ▁ 3-4/2 ▁ 4-5/3")]
    [InlineData("always", "", "")]
    public void Metaspace_splits_before_each_space(string scheme, string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { PreTokenizer = Metaspace(scheme), AddedTokens = Mask }.Tokens(text));

    [Fact]
    public void Metaspace_without_splitting_keeps_the_text_whole() =>
        Assert.Equal("▁a 0-1/0 ▁ 1-2/0 b 2-3/0", new TokenizerFile { PreTokenizer = Metaspace("always", "false") }.Tokens("a b"));

    [Fact]
    public void Another_replacement_is_a_character_like_any() => Assert.Equal(
        "_ 0-1/0 a 0-1/0 _ 1-2/1 b 2-3/1",
        new TokenizerFile { PreTokenizer = """{"type":"Metaspace","replacement":"_"}""" }.Tokens("a b"));

    [Theory]
    [InlineData(" a\tb\u3000ab\n", "a 1-2/0 b 3-4/1 ab 5-7/2")]
    [InlineData("\u001Ca", "\u001C 0-1/0 a 1-2/0")]
    [InlineData(" ", "")]
    public void WhitespaceSplit_drops_white_space(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { PreTokenizer = TokenizerFile.Simple("WhitespaceSplit") }.Tokens(text));

    [Theory]
    [InlineData("first", "a b", "▁a 0-1/0 b 2-3/1")]
    [InlineData("first", " a b", "a 1-2/0 b 3-4/1")]
    [InlineData("always", " a b", "▁a 1-2/0 ▁ 3-4/1 b 3-4/1")]
    [InlineData("always", "a▁b", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1")]
    public void Sequences_go_on_with_the_splits_before(string scheme, string text, string expected)
    {
        string sequence = TokenizerFile.Sequence("pretokenizers", TokenizerFile.Simple("WhitespaceSplit"), Metaspace(scheme));
        Assert.Equal(expected, new TokenizerFile { PreTokenizer = sequence }.Tokens(text));
    }

    [Theory]
    [InlineData("", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1")]
    [InlineData(",\"add_prefix_space\":true,\"str_rep\":\"▁\"", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1")]
    [InlineData(",\"add_prefix_space\":false,\"prepend_scheme\":\"never\"", "a 0-1/0 ▁ 1-2/1 b 2-3/1")]
    [InlineData(",\"add_prefix_space\":null,\"split\":null", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1")]
    public void Older_files_say_it_otherwise(string more, string expected) => Assert.Equal(
        expected, new TokenizerFile { PreTokenizer = $$"""{"type":"Metaspace","replacement":"▁"{{more}}}""" }.Tokens("a b"));

    [Theory]
    [InlineData("always", "a  ab  ")]
    [InlineData("first", "a  ab  ")]
    [InlineData("never", " a  ab  ")]
    public void The_decoder_turns_metaspaces_back_and_drops_those_of_the_first_token(string scheme, string expected)
    {
        Tokenizer tokenizer = new TokenizerFile
        {
            PreTokenizer = TokenizerFile.Metaspace,
            Decoder = Metaspace(scheme),
            AddedTokens = Mask,
        }.Load();
        Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode("[MASK] a  ab▁▁").Ids));
        Assert.Equal("[MASK]" + (scheme == "never" ? "" : " ") + expected, tokenizer.Decode(tokenizer.Encode("[MASK] a  ab▁▁").Ids, skipSpecialTokens: false));
    }

    [Fact]
    public void Without_a_decoder_tokens_are_joined_by_spaces()
    {
        Tokenizer tokenizer = new TokenizerFile { AddedTokens = Mask }.Load();
        Assert.Equal("ab c", tokenizer.Decode(tokenizer.Encode("ab[MASK]c").Ids));
        Assert.Equal("ab [MASK] c", tokenizer.Decode(tokenizer.Encode("ab[MASK]c").Ids, skipSpecialTokens: false));
    }

    private static string Metaspace(string scheme, string split = "true") =>
        $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}","split":{{split}}}""";
}
