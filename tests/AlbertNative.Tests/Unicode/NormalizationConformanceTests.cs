using System.Text;
using AlbertNative.Tokenization.Unicode;

using NormalizationForm = AlbertNative.Tokenization.Unicode.NormalizationForm;

namespace AlbertNative.Tests.Unicode;

/// <summary>NormalizationTest.txt, as its header demands: the five columns, and every code point that part 1 leaves out.</summary>
public sealed class NormalizationConformanceTests
{
    [Fact]
    public void Every_line_of_the_conformance_test_holds()
    {
        int lines = 0;
        foreach ((int number, string line) in UnicodeTestData.Lines("NormalizationTest-15.0.0.txt"))
        {
            if (line[0] == '@')
                continue;
            string[] c = Array.ConvertAll(line.Split(';')[..5], UnicodeTestData.Text);
            for (int i = 0; i < 5; i++)
            {
                Check(number, c[i], NormalizationForm.Nfc, i < 3 ? c[1] : c[3]);
                Check(number, c[i], NormalizationForm.Nfd, i < 3 ? c[2] : c[4]);
                Check(number, c[i], NormalizationForm.Nfkc, c[3]);
                Check(number, c[i], NormalizationForm.Nfkd, c[4]);
            }
            lines++;
        }
        Assert.True(lines > 18_000, $"only {lines} lines read");
    }

    [Fact]
    public void What_part_1_does_not_list_is_its_own_normal_form()
    {
        HashSet<int> listed = [];
        bool isPart1 = false;
        foreach ((_, string line) in UnicodeTestData.Lines("NormalizationTest-15.0.0.txt"))
        {
            if (line[0] == '@')
                isPart1 = line.StartsWith("@Part1", StringComparison.Ordinal);
            else if (isPart1)
                listed.Add(UnicodeTestData.Text(line.Split(';')[0]).EnumerateRunes().First().Value);
        }
        Assert.NotEmpty(listed);
        NormalizationForm[] forms = Enum.GetValues<NormalizationForm>();
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            if (!Rune.IsValid(codePoint) || listed.Contains(codePoint))
                continue;
            string text = new Rune(codePoint).ToString();
            foreach (NormalizationForm form in forms)
                Check(0, text, form, text);
        }
    }

    private static void Check(int line, string text, NormalizationForm form, string expected)
    {
        string found = Normalization.Apply(text, form);
        if (found != expected)
            Assert.Fail($"line {line}, {form} of {Hex(text)}: expected {Hex(expected)}, found {Hex(found)}");
    }

    private static string Hex(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => $"{rune.Value:X4}"));
}
