using AlbertNative.Checkpoints;

namespace AlbertNative.Tests.Checkpoints;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("albert.pooler.weight", "albert.pooler.weight")]
    [InlineData("می\u200Cخواهم ✓ 𝄞 \u200D", "می\u200Cخواهم ✓ 𝄞 \u200D")]
    [InlineData("a\u001B]0;x\u0007b", "a\\u001B]0;x\\u0007b")]
    [InlineData("\r\n\t\0\u007F\u0085\u009B", "\\u000D\\u000A\\u0009\\u0000\\u007F\\u0085\\u009B")]
    [InlineData("\u202Egnp\u2066\u200F\u061C", "\\u202Egnp\\u2066\\u200F\\u061C")]
    [InlineData("\u2028\u2029\uFEFF\u00AD", "\\u2028\\u2029\\uFEFF\\u00AD")]
    [InlineData("\U000E0041", "\\U000E0041")]
    [InlineData("\uFFFD", "\uFFFD")]
    public void What_is_not_shown_as_itself_is_written_out(string text, string shown) =>
        Assert.Equal(shown, ForeignText.Render(text));

    [Fact]
    public void Halves_of_surrogate_pairs_are_written_out() =>
        Assert.Equal("a\\uDC00b\\uD800", ForeignText.Render("a" + (char)0xDC00 + "b" + (char)0xD800));

    [Fact]
    public void Long_text_keeps_both_ends_and_stays_within_its_length()
    {
        Assert.Equal("0123456…JKLMNOP", ForeignText.Render("0123456789ABCDEFGHIJKLMNOP", 16));
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            char[] text = new char[random.Next(60)];
            foreach (ref char c in text.AsSpan())
                c = (char)random.Next(random.Next(2) == 0 ? 256 : 65536);
            int length = random.Next(16, 40);
            string shown = ForeignText.Render(new string(text), length);
            Assert.True(shown.Length <= length);
            Assert.Equal(shown, ForeignText.Render(shown));
        }
    }

    [Fact]
    public void Errors_are_bounded_lines()
    {
        Assert.Equal("2 faults:\n  missing: a\\u001B\n  unknown: b\\u000D", new CheckpointFormatException(null, "2 faults:\n  missing: a\u001B\n  unknown: b\r").Message);
        CheckpointFormatException e = new("a\nb", $"tensor '{new string('n', 400_000)}\u001B' is refused");
        Assert.StartsWith("a\\u000Ab: tensor 'nnn", e.Message);
        Assert.EndsWith("n\\u001B' is refused", e.Message);
        Assert.InRange(e.Message.Length, 8000, 8300);
        Assert.Equal(e.Message, $"a\\u000Ab: {e.Problem}");
        Assert.Equal("a\nb", e.Path);
    }
}
