using System.Text;
using AlbertNative.Tests.SentencePiece;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Slow;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tests.Slow;

/// <summary>The one pass of the normaliser against the reference's steps, one after the other.</summary>
public sealed class SlowNormalizerTests
{
    private static readonly SlowNormalizerOptions Usual = new(LowerCase: true, KeepAccents: false, RemoveSpace: true);

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\u3000", "")]
    [InlineData("  The\u00A0 Quick\u001Fone \r\n", "the quick one")]
    [InlineData("``a'' '''b' ` '", "\"a\" \"'b' ` '")]
    [InlineData("Ünïcödé e\u0301", "unicode e")]
    [InlineData("آگاهی", "اگاهی")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("ΑΣ Σ", "ασ σ")]
    [InlineData("𝚨𝚺 𝚺𝚨", "ας σα")]
    [InlineData("ﬁ ﷺ ½ ①", "fi صلى الله عليه وسلم 1⁄2 1")]
    [InlineData("\u0301a\u0300\u0301", "a")]
    [InlineData("각", "\u1100\u1161\u11A8")]
    [InlineData("a´b", "a b")]
    public void The_usual_steps(string text, string expected) => Assert.Equal(expected, Normalize(text, Usual));

    [Theory]
    [InlineData("É", "é", true, true)]
    [InlineData("É", "E", false, false)]
    [InlineData("É ﬁ", "É ﬁ", false, true)]
    [InlineData("𝚺", "Σ", false, false)]
    [InlineData("İ", "i\u0307", true, true)]
    public void Steps_may_be_left_out(string text, string expected, bool lowerCase, bool keepAccents) =>
        Assert.Equal(expected, Normalize(text, new SlowNormalizerOptions(lowerCase, keepAccents, RemoveSpace: true)));

    [Fact]
    public void White_space_may_be_kept() =>
        Assert.Equal(" a \t b\u00A0".Replace('\u00A0', ' '), Normalize(" A \t B\u00A0", Usual with { RemoveSpace = false }));

    [Fact]
    public void A_character_newer_than_the_reference_is_left_alone()
    {
        // U+1DF2B is from Unicode 15, U+1E030 too (it decomposes there).
        Assert.Equal("\U0001E030", Normalize("\U0001E030", Usual));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public void Agrees_with_the_steps_taken_one_by_one(bool lowerCase, bool keepAccents, bool removeSpace)
    {
        SlowNormalizerOptions options = new(lowerCase, keepAccents, removeSpace);
        SlowNormalizer normalizer = new(options);
        Random random = new(11);
        NormalizedText output = new();
        EncodeScratch scratch = EncodeScratch.Rent();
        for (int i = 0; i < 3000; i++)
        {
            string text = scratch.WithoutLoneSurrogates(RandomText.Make(random, 40)).ToString();
            output.Clear(withSources: true);
            normalizer.Normalize(text, output);
            Assert.Equal(StepByStep(text, options), output.Text.ToString());
            for (int s = 0; s < output.Count; s++)
                Assert.InRange(output.Sources[s], s == 0 ? 0 : output.Sources[s - 1], output.Sources[s + 1]);
            Assert.InRange(output.Sources[^1], 0, text.Length);
        }
    }

    [Fact]
    public void Sources_point_to_where_each_unit_comes_from()
    {
        NormalizedText output = new();
        output.Clear(withSources: true);
        new SlowNormalizer(Usual).Normalize("  É  ﬁ''\U0001D7D8e\u0301 ", output);
        Assert.Equal("e fi\"0e", output.Text.ToString());
        Assert.Equal([2, 3, 5, 5, 6, 8, 10, 12], output.Sources.ToArray());
    }

    private static string Normalize(string text, SlowNormalizerOptions options)
    {
        NormalizedText output = new();
        SlowNormalizer normalizer = new(options);
        normalizer.Normalize(text, output);
        string first = output.Text.ToString();
        // Once more, with the table filled.
        output.Clear(withSources: false);
        normalizer.Normalize(text, output);
        Assert.Equal(first, output.Text.ToString());
        return first;
    }

    private static string StepByStep(string text, SlowNormalizerOptions options)
    {
        if (options.LowerCase)
            text = Map(text, static (_, rune, _) => Lower(rune));
        if (options.RemoveSpace)
            text = string.Join(' ', SplitAtSpace(text));
        text = text.Replace("``", "\"").Replace("''", "\"");
        if (!options.KeepAccents)
        {
            text = Normalization.Apply(text, AlbertNative.Tokenization.Unicode.NormalizationForm.Nfkd, UnicodeVersion.V14);
            text = Map(text, static (_, rune, _) => UnicodeData.CombiningClass(rune, UnicodeVersion.V14) == 0 ? [rune] : []);
        }
        return options.LowerCase ? Map(text, LowerInContext) : text;
    }

    private static int[] Lower(int rune)
    {
        int[] lower = new int[LowerCase.MaximumLength];
        return lower[..LowerCase.Map(rune, lower, UnicodeVersion.V14)];
    }

    private static int[] LowerInContext(string text, int rune, int index)
    {
        int[] lower = new int[LowerCase.MaximumLength];
        return lower[..LowerCase.MapInContext(text, index, out _, lower, UnicodeVersion.V14)];
    }

    private static string Map(string text, Func<string, int, int, int[]> map)
    {
        StringBuilder output = new();
        for (int i = 0; i < text.Length;)
        {
            int rune = CodePoints.Read(text, i, out int length);
            foreach (int mapped in map(text, rune, i))
                output.Append(new Rune(mapped));
            i += length;
        }
        return output.ToString();
    }

    private static List<string> SplitAtSpace(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        foreach (char c in text + " ")
        {
            if (!UnicodeData.IsPythonWhiteSpace(c))
                word.Append(c);
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
        return words;
    }
}
