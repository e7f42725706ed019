using System.Diagnostics;
using System.Text;
using AlbertNative.Tokenization.Unicode;

using NormalizationForm = AlbertNative.Tokenization.Unicode.NormalizationForm;

namespace AlbertNative.Tests.Unicode;

/// <summary>Laws that hold for any text, well-formed or not, and time that grows with the length alone.</summary>
public sealed class UnicodeFuzzTests
{
    private const int Length = 250_000;

    [Fact]
    public void Normalization_of_any_text_keeps_its_laws()
    {
        Random random = new(11);
        for (int i = 0; i < 4_000; i++)
        {
            string text = RandomText(random, random.Next(0, 24));
            foreach (NormalizationForm form in Enum.GetValues<NormalizationForm>())
                CheckLaws(text, form);
        }
    }

    [Fact]
    public void Clusters_of_any_text_cover_it_without_splitting_pairs()
    {
        Random random = new(12);
        for (int i = 0; i < 4_000; i++)
        {
            string text = RandomText(random, random.Next(1, 24));
            for (int start = 0, end; start < text.Length; start = end)
            {
                end = GraphemeClusters.NextBoundary(text, start);
                Assert.InRange(end, start + 1, text.Length);
                Assert.False(end < text.Length && char.IsSurrogatePair(text[end - 1], text[end]));
            }
        }
    }

    // Each would take many minutes if anything were quadratic.
    [Theory]
    [InlineData("a")]
    [InlineData("a\u0301")]
    [InlineData("\u0301\u0323")]
    [InlineData("\u1161")]
    [InlineData("각")]
    [InlineData("ﷺ")]
    [InlineData("🇫")]
    [InlineData("👩\u200D")]
    [InlineData("Σ'")]
    [InlineData("'")]
    [InlineData("\u0600")]
    public void Time_is_linear_in_the_number_of(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, Length / unit.Length));
        Stopwatch watch = Stopwatch.StartNew();
        foreach (NormalizationForm form in (ReadOnlySpan<NormalizationForm>)[NormalizationForm.Nfkd, NormalizationForm.Nfkc])
        {
            int end = 0;
            foreach (AlignedCodePoint c in Normalization.Enumerate(text, form))
                end = Math.Max(end, c.End);
            Assert.Equal(text.Length, end);
        }
        for (int start = 0; start < text.Length;)
            start = GraphemeClusters.NextBoundary(text, start);
        int[] lower = new int[LowerCase.MaximumLength];
        for (int i = 0, length; i < text.Length; i += length)
            LowerCase.MapInContext(text, i, out length, lower);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Enumerating_allocates_nothing_once_warm()
    {
        string text = string.Concat(Enumerable.Repeat("Plain text, آگاهی, é\u0323, 각, ㎏; ", 200));
        Assert.Equal(0, Allocations.Least(() => Count(text)));
    }

    private static int Count(string text)
    {
        int count = 0;
        foreach (AlignedCodePoint c in Normalization.Enumerate(text, NormalizationForm.Nfkc))
            count += c.CodePoint;
        return count;
    }

    private static void CheckLaws(string text, NormalizationForm form)
    {
        StringBuilder output = new();
        int changes = 0, count = 0, stable = Normalization.StableLength(text, form);
        foreach (AlignedCodePoint c in Normalization.Enumerate(text, form))
        {
            Assert.InRange(c.Start, 0, c.End - 1);
            Assert.InRange(c.End, c.Start + 1, text.Length);
            Assert.False(c.Start > 0 && char.IsSurrogatePair(text[c.Start - 1], text[c.Start]));
            Assert.True(c.Start >= stable || c.End <= stable, "the stable stretch is normalized by itself");
            if (c.End <= stable)
                Assert.Equal(new Rune(c.CodePoint).ToString(), text[c.Start..c.End]);
            Assert.Equal(UnicodeData.CombiningClass(c.CodePoint), c.CombiningClass);
            output.Append(new Rune(c.CodePoint));
            changes += c.Change;
            count++;
        }
        // Tags sum to what was gained or lost.
        Assert.Equal(text.EnumerateRunes().Count() + changes, count);
        string once = output.ToString();
        Assert.Equal(once, Normalization.Apply(once, form));
        string wellFormed = string.Concat(text.EnumerateRunes());
        Assert.Equal(once, Normalization.Apply(wellFormed, form));
        bool isCompatibility = form is NormalizationForm.Nfkd or NormalizationForm.Nfkc;
        NormalizationForm decomposed = isCompatibility ? NormalizationForm.Nfkd : NormalizationForm.Nfd;
        Assert.Equal(Normalization.Apply(wellFormed, decomposed), Normalization.Apply(once, decomposed));
    }

    /// <summary>Letters, marks, Hangul, surrogates in and out of order, whole planes.</summary>
    private static string RandomText(Random random, int length)
    {
        StringBuilder text = new();
        while (text.Length < length)
        {
            switch (random.Next(9))
            {
                case 0:
                    text.Append((char)random.Next(0xD800, 0xE000));
                    break;
                case 1:
                    text.Append((char)random.Next(0x1100, 0x1200));
                    break;
                case 2:
                    text.Append((char)random.Next(0xAC00, 0xAC40));
                    break;
                case 3 or 4:
                    text.Append((char)random.Next(0x300, 0x370));
                    break;
                case 5:
                    text.Append((char)random.Next('A', '{'));
                    break;
                case 6:
                    text.Append(new Rune(random.Next(0x10000, 0x20000)));
                    break;
                case 7:
                    text.Append((char)random.Next(0xA0, 0x2000));
                    break;
                default:
                    text.Append((char)random.Next(char.MaxValue + 1));
                    break;
            }
        }
        return text.ToString();
    }
}
