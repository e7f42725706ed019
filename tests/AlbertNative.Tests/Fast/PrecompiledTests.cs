using AlbertNative.Tokenization;
using AlbertNative.Tokenization.SentencePiece;

namespace AlbertNative.Tests.Fast;

/// <summary>The character map as the Rust tokenizers read it.</summary>
public sealed class PrecompiledTests
{
    [Fact]
    public void The_map_that_the_tests_make_is_one()
    {
        CharsMap map = CharsMap.Parse(CharsMapBytes.Make(("ab", "x"), ("abc", "yy"), ("é", "e")))!;
        Assert.Equal(3, map.Match("abcd", out ReadOnlySpan<byte> longest));
        Assert.Equal("yy", System.Text.Encoding.UTF8.GetString(longest));
        Assert.True(map.TryMatchShortest("abcd", out ReadOnlySpan<byte> shortest));
        Assert.Equal("x", System.Text.Encoding.UTF8.GetString(shortest));
        Assert.False(map.TryMatchShortest("a", out _));
        Assert.False(map.TryMatchShortest("\0", out _));
    }

    [Theory]
    [InlineData("ad", "c 0-1/0 d 1-2/0")]
    [InlineData("a\u0301d", "c 0-1/0 d 2-3/0")]
    [InlineData("a\u0301\u0301d", "c 0-1/0 d 3-4/0")]
    [InlineData("a\u0301\u0301\u0301d", "c 0-1/0 \u0301\u0301\u0301d 1-5/0")]
    public void The_shortest_entry_replaces_a_whole_cluster_of_less_than_six_bytes(string text, string expected)
    {
        string map = CharsMapBytes.Normalizer(("a", "c"), ("a\u0301", "x"));
        Assert.Equal(expected, new TokenizerFile { Normalizer = map }.Tokens(text));
    }

    [Theory]
    [InlineData("b①b", "b 0-1/0 (1) 1-2/0 b 2-3/0")]
    [InlineData("b\u0001b", "b 0-1/0 b 2-3/0")]
    [InlineData("b\u0001\u0001①b", "b 0-1/0 (1) 3-4/0 b 4-5/0")]
    public void Additional_characters_and_removals_keep_the_spans(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { Normalizer = Map }.Tokens(text));

    [Theory]
    [InlineData("\u0001ab c", "▁ab 0-2/0 ▁ 2-3/1 c 3-4/1")]
    [InlineData("\u0001", "")]
    [InlineData("\u0001\u0001a b c", "▁a 0-1/0 ▁ 1-2/1 b 2-3/1 ▁ 3-4/2 c 4-5/2")]
    [InlineData("①\u0001 a", "▁ 0-1/0 (1) 0-2/0 ▁a 2-4/1")]
    [InlineData("\u0001 a", "▁a 0-2/0")]
    public void A_removal_at_the_start_shifts_all_spans_as_in_the_reference(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { Normalizer = Map, PreTokenizer = TokenizerFile.Metaspace }.Tokens(text));

    [Fact]
    public void An_empty_map_is_refused() => Refused("", "empty");

    [Fact]
    public void A_map_whose_trie_is_longer_than_it_is_refused() => Refused("/////wAA", "trie");

    [Fact]
    public void What_is_not_base64_is_refused() => Refused("?", "base64");

    private static string Map => CharsMapBytes.Normalizer(("①", "(1)"), ("\u0001", ""));

    private static void Refused(string base64, string expected)
    {
        TokenizerFile file = new() { Normalizer = $$"""{"type":"Precompiled","precompiled_charsmap":"{{base64}}"}""" };
        TokenizerFormatException error = Assert.Throws<TokenizerFormatException>(file.Load);
        Assert.Contains("normalizer.precompiled_charsmap", error.Message);
        Assert.Contains(expected, error.Message);
    }
}
