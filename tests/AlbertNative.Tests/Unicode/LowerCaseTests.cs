using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tests.Unicode;

public sealed class LowerCaseTests
{
    [Fact]
    public void Single_mappings_agree_with_the_runtime_s_own_data()
    {
        int[] lower = new int[LowerCase.MaximumLength];
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            if (UnicodeData.Category(c) is GeneralCategory.Cn or GeneralCategory.Cs || c == 0x130)
                continue;
            Assert.Equal(1, LowerCase.Map(c, lower));
            // What a later version gave a lower case of its own differs; no lower-case letter does.
            if (lower[0] != c)
                Assert.Equal(Rune.ToLowerInvariant(new Rune(c)).Value, lower[0]);
        }
    }

    [Theory]
    [InlineData("ΑΣ", "ας")]
    [InlineData("ΑΣΑ", "ασα")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ Α", "ας α")]
    [InlineData("Α'Σ'", "α'ς'")]                       // apostrophes are case-ignorable
    [InlineData("Α'Σ'Α", "α'σ'α")]
    [InlineData("ΑΣ\u0301", "ας\u0301")]
    [InlineData("𝚺Σ", "𝚺ς")]                           // a mathematical sigma has no lower case, but is cased
    [InlineData("İ", "i\u0307")]
    [InlineData("𐐀ẞǅ", "𐐨ßǆ")]
    [InlineData("1Σ", "1σ")]
    public void In_context(string text, string expected)
    {
        Assert.Equal(expected, Lower(text));
    }

    [Fact]
    public void Both_forms_of_the_final_sigma_test_agree()
    {
        Random random = new(3);
        string alphabet = "ΑΣσ'. \u0301a1\u00AD";
        for (int i = 0; i < 2000; i++)
        {
            string text = new(random.GetItems(alphabet.AsSpan(), random.Next(1, 9)));
            int[] codePoints = [.. text.Select(c => (int)c)];
            for (int k = 0; k < text.Length; k++)
                Assert.Equal(LowerCase.IsFinal(text, k), LowerCase.IsFinal(codePoints, k));
        }
    }

    private static string Lower(string text)
    {
        int[] lower = new int[LowerCase.MaximumLength];
        StringBuilder output = new();
        for (int i = 0, length; i < text.Length; i += length)
        {
            int count = LowerCase.MapInContext(text, i, out length, lower);
            foreach (int codePoint in lower.AsSpan(0, count))
                output.Append(new Rune(codePoint));
        }
        return output.ToString();
    }
}
