using System.Text;
using AlbertNative.Tokenization.Unicode;

using NormalizationForm = AlbertNative.Tokenization.Unicode.NormalizationForm;

namespace AlbertNative.Tests.Unicode;

public sealed class NormalizationAlignmentTests
{
    [Theory]
    // One character into several: the first replaces it, the others are additional.
    [InlineData("xé", (int)NormalizationForm.Nfd, "78[0,1)0 65[1,2)0 301[1,2)+1")]
    [InlineData("㎏", (int)NormalizationForm.Nfkd, "6B[0,1)0 67[0,1)+1")]
    [InlineData("각", (int)NormalizationForm.Nfd, "1100[0,1)0 1161[0,1)+1 11A8[0,1)+1")]
    // Reordering carries the tags along.
    [InlineData("a\u0301\u0323", (int)NormalizationForm.Nfd, "61[0,1)0 323[2,3)0 301[1,2)0")]
    [InlineData("é\u0323", (int)NormalizationForm.Nfd, "65[0,1)0 323[1,2)0 301[0,1)+1")]
    // Composing swallows.
    [InlineData("A\u030A", (int)NormalizationForm.Nfc, "C5[0,2)-1")]
    [InlineData("é\u0323", (int)NormalizationForm.Nfc, "1EB9[0,2)-1 301[0,1)+1")]
    [InlineData("\u1100\u1161\u11A8", (int)NormalizationForm.Nfc, "AC01[0,3)-2")]
    [InlineData("각x", (int)NormalizationForm.Nfc, "AC01[0,1)0 78[1,2)0")]
    [InlineData("ﾊﾞ", (int)NormalizationForm.Nfkc, "30D0[0,2)-1")]
    // Beyond the BMP.
    [InlineData("𝚺𝅗𝅥", (int)NormalizationForm.Nfkd, "3A3[0,2)0 1D157[2,4)0 1D165[4,6)0")]
    [InlineData("\U0001D15F", (int)NormalizationForm.Nfd, "1D158[0,2)0 1D165[0,2)+1")]
    public void Every_output_knows_its_source(string text, int form, string expected) =>
        Assert.Equal(expected, Describe(text, (NormalizationForm)form));

    [Fact]
    public void Lone_surrogates_read_as_replacement_characters()
    {
        Assert.Equal("FFFD[0,1)0 301[1,2)0 FFFD[2,3)0", Describe("\uD800\u0301\uDC00", NormalizationForm.Nfc));
        Assert.Equal(0, Normalization.StableLength("\uD800x", NormalizationForm.Nfc));
        Assert.Equal(1, Normalization.StableLength("x\uDC00", NormalizationForm.Nfkd));
    }

    [Theory]
    [InlineData("plain", (int)NormalizationForm.Nfkc, 5)]
    [InlineData("plain\u0301", (int)NormalizationForm.Nfkc, 4)]      // the n may compose
    [InlineData("plain\u0301", (int)NormalizationForm.Nfkd, 5)]
    [InlineData("آب", (int)NormalizationForm.Nfkd, 0)]
    [InlineData("آب", (int)NormalizationForm.Nfc, 2)]
    [InlineData("بآ", (int)NormalizationForm.Nfkd, 1)]
    [InlineData("", (int)NormalizationForm.Nfd, 0)]
    public void The_stable_stretch_ends_before_what_may_change(string text, int form, int length) =>
        Assert.Equal(length, Normalization.StableLength(text, (NormalizationForm)form));

    [Fact]
    public void A_long_run_of_marks_is_sorted_stably()
    {
        // Above the length where the algorithm changes; classes 220 and 230 alternate.
        string marks = string.Concat(Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? "\u0301" : "\u0323"));
        List<AlignedCodePoint> output = [];
        foreach (AlignedCodePoint c in Normalization.Enumerate("a" + marks, NormalizationForm.Nfd))
            output.Add(c);
        Assert.Equal(
            [0, .. Enumerable.Range(1, 500).Where(i => i % 2 == 0), .. Enumerable.Range(1, 500).Where(i => i % 2 == 1)],
            output.Select(c => c.Start));
    }

    private static string Describe(string text, NormalizationForm form)
    {
        StringBuilder description = new();
        foreach (AlignedCodePoint c in Normalization.Enumerate(text, form))
            description.Append($" {c.CodePoint:X}[{c.Start},{c.End}){c.Change:+0;-0;0}");
        return description.ToString().Trim();
    }
}
