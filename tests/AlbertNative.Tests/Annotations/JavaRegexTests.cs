using AlbertNative.Annotations.Java;

namespace AlbertNative.Tests.Annotations;

/// <summary>Regular expressions mean what they mean to Java; expectations are from the documentation of JDK 17's Pattern.</summary>
public sealed class JavaRegexTests
{
    [Theory]
    [InlineData(@"\w+", "héllo", "h", "llo")]
    [InlineData(@"\d+", "1\u0661 2", "1", "2")]
    [InlineData(@"\s", "a\u00A0b c", " ")]
    [InlineData(@"[^a]", "a😀b", "😀", "b")]
    [InlineData(@".", "😀\u2028x", "😀", "x")]
    [InlineData(@"\p{L}+", "é𝒜-1", "é𝒜")]
    [InlineData(@"[a-z&&[^aeiou]]+", "hello", "h", "ll")]
    [InlineData(@"[\Q.]-[\E]+", "a.]-[b", ".]-[")]
    [InlineData(@"(?i)straße|É", "STRAßE é É", "STRAßE", "É")]
    [InlineData(@"a++b", "aab", "aab")]
    [InlineData(@"a++a", "aaa")]
    [InlineData(@"(?<x>a|b)\k<x>", "abba", "bb")]
    [InlineData(@"(a)(b)?\1", "aba aa", "aba", "aa")]
    [InlineData(@"a{2}", "aaa", "aa")]
    [InlineData(@"\Qa+\E+", "aa+++", "a+++")]
    [InlineData(@"b$", "b\u2028", "b")]
    [InlineData(@"\bé", "é xé", "é")]
    [InlineData(@"\x{1F600}|\u0041|\t", "A😀\t", "A", "😀", "\t")]
    public void A_pattern_matches_what_Java_matches(string pattern, string text, params string[] matches) =>
        Assert.Equal(matches, new JavaRegex(pattern).Matches(text).Select(match => match.Value));

    [Theory]
    [InlineData(",", "a,b,,", "a", "b")]
    [InlineData(",", ",a", "", "a")]
    [InlineData(",", "", "")]
    [InlineData(",", ",,")]
    [InlineData("", "abc", "a", "b", "c")]
    [InlineData("x*", "axb", "a", "", "b")]
    public void A_text_is_split_as_Java_splits_it(string pattern, string text, params string[] parts) =>
        Assert.Equal(parts, new JavaRegex(pattern).Split(text).Select(part => text[part.Start..part.End]));

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("a{")]
    [InlineData("a{2,x}")]
    [InlineData(@"\y")]
    [InlineData(@"\")]
    [InlineData(@"\1")]
    [InlineData(@"[z-a]")]
    [InlineData(@"\p{Klingon}")]
    [InlineData("(?x)a b")]
    [InlineData(@"\x{110000}")]
    [InlineData(@"[a-\")]
    [InlineData(@"\p")]
    [InlineData(@"\c")]
    public void What_is_malformed_or_not_supported_is_refused_with_the_pattern(string pattern)
    {
        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => new JavaRegex(pattern));
        Assert.Contains(pattern, refusal.Message);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Throws<ArgumentException>(() => new JavaRegex(new string('(', 100_000)));
        Assert.Throws<ArgumentException>(() => new JavaRegex(new string('[', 100_000)));
        Assert.Throws<ArgumentException>(() => new JavaRegex(string.Concat(Enumerable.Repeat(@"\b", 10_000))));
    }

    [Fact]
    public void A_pattern_that_backtracks_without_end_elsewhere_takes_linear_time() =>
        Assert.Empty(new JavaRegex("(a+)+b").Matches(new string('a', 20_000)));

    [Theory]
    [InlineData("ΑΣ ΣΑΣ.", "ας σας.")]
    [InlineData("İI", "i\u0307i")]
    [InlineData("TITLE É", "title é")]
    public void Letters_become_small_as_in_Java(string text, string lower) =>
        Assert.Equal(lower, JavaText.ToLowerCase(text));

    [Theory]
    [InlineData(1f, "1.0")]
    [InlineData(0.9984382f, "0.9984382")]
    [InlineData(1.2345e-4f, "1.2345E-4")]
    [InlineData(0.001f, "0.001")]
    [InlineData(1e7f, "1.0E7")]
    [InlineData(9999999f, "9999999.0")]
    [InlineData(-123.5f, "-123.5")]
    [InlineData(0f, "0.0")]
    [InlineData(float.NaN, "NaN")]
    public void Numbers_are_written_as_in_Java(float value, string text) =>
        Assert.Equal(text, JavaText.ToString(value));
}
