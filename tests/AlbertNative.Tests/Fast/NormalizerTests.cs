namespace AlbertNative.Tests.Fast;

/// <summary>Each normalizer alone: its text, and where that comes from. The expectations are Hugging Face's.</summary>
public sealed class NormalizerTests
{
    [Theory]
    [InlineData("NFD", "é", "e\u0301 0-1/0")]
    [InlineData("NFKD", "①日", "1日 0-2/0")]
    [InlineData("NFKD", "e\u0301\u0327x", "e\u0327\u0301x 0-4/0")]
    [InlineData("NFC", "각\u1100\u1161\u11A8", "각각 0-2/0")]
    [InlineData("NFC", "\u0344a", "\u0308\u0301 0-1/0 a 1-2/0")]
    [InlineData("NFKC", "é\u0323½ﬁ", "ẹ\u03011⁄2fi 0-4/0")]
    [InlineData("StripAccents", "\u0344a", "a 1-2/0")]
    [InlineData("StripAccents", "q\u0307\u0323", "q 0-1/0")]
    [InlineData("StripAccents", "q\u0307\u0323a", "q 0-1/0 a 3-4/0")]
    [InlineData("Lowercase", "İΣΑΣ", "i\u0307σασ 0-4/0")]
    [InlineData("Lowercase", "ǅ😀Ω", "ǆ😀ω 0-4/0")]
    public void One_of_a_kind(string type, string text, string expected)
    {
        // What is unknown is one token, so that the normalized text shows.
        Assert.Equal(expected, new TokenizerFile { Normalizer = TokenizerFile.Simple(type) }.Tokens(text));
    }

    [Theory]
    [InlineData("\u1CF2", "")]
    [InlineData("\U000111C9a", "\U000111C9 0-2/0 a 2-3/0")]
    [InlineData("\u0C3Ca", "\u0C3C 0-1/0 a 1-2/0")]
    public void Marks_are_those_of_Unicode_9(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { Normalizer = TokenizerFile.Simple("StripAccents") }.Tokens(text));

    [Theory]
    [InlineData("\u1C89", "\u1C8A 0-1/0")]
    [InlineData("\uA7DC", "\u019B 0-1/0")]
    [InlineData("\U00010D50", "\U00010D70 0-2/0")]
    [InlineData("\U00016EA0", "\U00016EBB 0-2/0")]
    public void Lower_case_is_that_of_Unicode_17(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { Normalizer = TokenizerFile.Simple("Lowercase") }.Tokens(text));

    [Theory]
    [InlineData("ab", "xyz", "cabab", "c 0-1/0 xyzxyz 2-5/0")]
    [InlineData("ab", "xyz", "ab", "xyz 1-2/0")]
    [InlineData("ab", "", "cabab", "c 0-1/0")]
    [InlineData("ab", "", "ab", "")]
    [InlineData("aa", "b", "aaa", "b 1-2/0 a 2-3/0")]
    public void A_replacement_has_the_span_of_the_last_character_replaced(
        string pattern, string content, string text, string expected) =>
        Assert.Equal(expected, Replace("String", pattern, content).Tokens(text));

    [Theory]
    [InlineData(" {2,}", " ", "a  b   c d  ", "a 0-1/0   2-3/0 b 3-4/0   6-7/0 c 7-8/0  d  8-12/0")]
    [InlineData("(a|b)c", "-", "acbcabc", "-- 1-4/0 a 4-5/0 - 6-7/0")]
    [InlineData("^ +| +$", "", " a \n b ", "a 1-2/0 \n 3-4/0 b 5-6/0")]
    [InlineData("c+", "", "accca", "a 0-1/0 a 4-5/0")]
    [InlineData("[\\u0061-b]{2}", "c", "aba", "c 1-2/0 a 2-3/0")]
    [InlineData("x\\+", "c", "xx+", "x 0-1/0 c 2-3/0")]
    public void A_regular_expression_is_replaced_as_a_text_is(string pattern, string content, string text, string expected) =>
        Assert.Equal(expected, Replace("Regex", pattern.Replace("\\", "\\\\", StringComparison.Ordinal), content).Tokens(text));

    [Theory]
    [InlineData(true, true, " \u3000é \n", "é 2-3/0")]
    [InlineData(true, false, " a ", "a 1-2/0   2-3/0")]
    [InlineData(false, true, " a ", "  0-1/0 a 1-2/0")]
    [InlineData(true, true, "  ", "")]
    public void Strip_drops_white_space_at_the_ends(bool left, bool right, string text, string expected)
    {
        string strip = $$"""{"type":"Strip","strip_left":{{Json(left)}},"strip_right":{{Json(right)}}}""";
        Assert.Equal(expected, new TokenizerFile { Normalizer = strip }.Tokens(text));
    }

    [Theory]
    [InlineData("ab", "▁ 0-1/0 x 0-1/0 ab 0-2/0")]
    [InlineData("", "")]
    public void What_is_prepended_has_the_span_of_the_first_character(string text, string expected) =>
        Assert.Equal(expected, new TokenizerFile { Normalizer = """{"type":"Prepend","prepend":"▁x"}""" }.Tokens(text));

    [Fact]
    public void Sequences_of_sequences_are_one_list()
    {
        string inner = TokenizerFile.Sequence("normalizers", TokenizerFile.Simple("StripAccents"));
        string outer = TokenizerFile.Sequence("normalizers", TokenizerFile.Simple("NFKD"), inner);
        Assert.Equal("a 1-2/0  e 2-4/0", new TokenizerFile { Normalizer = outer }.Tokens("\u0301a é"));
    }

    private static TokenizerFile Replace(string kind, string pattern, string content) => new()
    {
        Normalizer = $$"""{"type":"Replace","pattern":{"{{kind}}":"{{pattern}}"},"content":"{{content}}"}""",
    };

    private static string Json(bool value) => value ? "true" : "false";
}
