using System.Globalization;
using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tests.Unicode;

public sealed class UnicodeDataTests
{
    private static readonly string[] RuntimeCategories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    [Fact]
    public void Categories_agree_with_the_runtime_s_own_data()
    {
        // .NET's tables are of a later version: whatever was assigned by ours must agree, save where a category was revised.
        List<string> differences = [];
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            GeneralCategory ours = UnicodeData.Category(c);
            string theirs = RuntimeCategories[(int)CharUnicodeInfo.GetUnicodeCategory(c)];
            if (ours != GeneralCategory.Cn && ours.ToString() != theirs)
                differences.Add($"U+{c:X4} {ours} {theirs}");
        }
        Assert.True(differences.Count < 40, string.Join(", ", differences));
    }

    [Fact]
    public void Digits_agree_with_the_runtime_s_own_data()
    {
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            if (UnicodeData.Category(c) == GeneralCategory.Cn)
                continue;
            bool theirs = CharUnicodeInfo.GetDigitValue(char.ConvertFromUtf32(Rune.IsValid(c) ? c : 'x'), 0) >= 0;
            Assert.True(UnicodeData.IsPythonDigit(c, UnicodeVersion.Latest) == theirs, $"U+{c:X4}");
        }
    }

    [Fact]
    public void White_space_is_White_Space()
    {
        for (int c = 0; c <= char.MaxValue; c++)
        {
            Assert.Equal(char.IsWhiteSpace((char)c), UnicodeData.IsWhiteSpace(c));
            Assert.Equal(char.IsWhiteSpace((char)c) || c is >= 0x1C and <= 0x1F, UnicodeData.IsPythonWhiteSpace(c));
        }
    }

    [Theory]
    [InlineData('A', (int)GeneralCategory.Lu, 0)]
    [InlineData(0x0301, (int)GeneralCategory.Mn, 230)]
    [InlineData(0x064B, (int)GeneralCategory.Mn, 27)]
    [InlineData(0x3400, (int)GeneralCategory.Lo, 0)]
    [InlineData(0xD800, (int)GeneralCategory.Cs, 0)]
    [InlineData(0xE000, (int)GeneralCategory.Co, 0)]
    [InlineData(0x10FFFF, (int)GeneralCategory.Cn, 0)]
    public void Categories_and_combining_classes(int codePoint, int category, int combiningClass)
    {
        Assert.Equal((GeneralCategory)category, UnicodeData.Category(codePoint));
        Assert.Equal(combiningClass, UnicodeData.CombiningClass(codePoint));
    }

    [Fact]
    public void A_later_character_is_unassigned()
    {
        const int CyrillicModifierA = 0x1E030, NagMundariSign = 0x1E4EC;     // both new in 15.0
        Assert.Equal(GeneralCategory.Lm, UnicodeData.Category(CyrillicModifierA));
        Assert.Equal(GeneralCategory.Cn, UnicodeData.Category(CyrillicModifierA, UnicodeVersion.V14));
        Assert.Equal("а", Normalization.Apply("\U0001E030", Tokenization.Unicode.NormalizationForm.Nfkd));
        Assert.Equal("\U0001E030", Normalization.Apply("\U0001E030", Tokenization.Unicode.NormalizationForm.Nfkd, UnicodeVersion.V14));
        Assert.Equal(232, UnicodeData.CombiningClass(NagMundariSign));
        Assert.Equal(0, UnicodeData.CombiningClass(NagMundariSign, UnicodeVersion.V14));
        Assert.False(UnicodeData.IsMark(NagMundariSign, UnicodeVersion.V14));
    }

    [Fact]
    public void Marks_are_those_of_the_version()
    {
        Assert.True(UnicodeData.IsMark(0x0C04));                                // came with 11.0
        Assert.False(UnicodeData.IsMark(0x0C04, UnicodeVersion.V9));
        Assert.False(UnicodeData.IsMark(0x1CF2));                               // a mark until 12.0
        Assert.True(UnicodeData.IsMark(0x1CF2, UnicodeVersion.V9));
        Assert.True(UnicodeData.IsMark(0x111C9));                               // punctuation until 11.0
        Assert.False(UnicodeData.IsMark(0x111C9, UnicodeVersion.V9));
    }
}
