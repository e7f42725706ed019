using AlbertNative.Testing;
using AlbertNative.Tokenization.Unicode;
using AlbertNative.UnicodeTables;

namespace AlbertNative.Tests.Unicode;

/// <summary>
/// The committed tables are what the tool makes of the Unicode Character Database: of the folder that <c>ALBERTNATIVE_UCD</c>
/// names, else of Debian's package <c>unicode-data</c> where it is installed and of the tables' version.
/// </summary>
public sealed class GeneratedTablesTests
{
    private const string DebianFolder = "/usr/share/unicode";

    [Fact]
    public void The_committed_tables_are_generated_from_the_database()
    {
        string? named = Environment.GetEnvironmentVariable("ALBERTNATIVE_UCD");
        string folder = string.IsNullOrEmpty(named) ? DebianFolder : named;
        Assert.SkipUnless(
            File.Exists(Path.Combine(folder, "DerivedAge.txt")), "needs the Unicode Character Database (ALBERTNATIVE_UCD)");
        string version = TableGenerator.ReadVersion(folder).ToString();
        Assert.SkipUnless(
            named is not null || version == UnicodeData.Version, $"the tables are of {UnicodeData.Version}, the installed database {version}");
        string committed = File.ReadAllText(Path.Combine(
            SharedFolder.Repository, "src", "AlbertNative.Tokenization", "Unicode", "UnicodeTables.g.cs"));
        // Not Assert.Equal, which would print megabytes.
        Assert.True(TableGenerator.Generate(folder) == committed, "run tools/AlbertNative.UnicodeTables again and commit the result");
    }

    [Fact]
    public void The_tables_of_BERT_are_generated_from_the_measured_decisions()
    {
        string measured = Path.Combine(SharedFolder.Repository, "tools", "AlbertNative.UnicodeTables", "bert-characters.json");
        string committed = File.ReadAllText(Path.Combine(
            SharedFolder.Repository, "src", "AlbertNative.Tokenization", "Unicode", "BertTables.g.cs"));
        Assert.True(BertTableGenerator.Generate(measured) == committed, "run tools/AlbertNative.UnicodeTables again and commit the result");
    }

    [Fact]
    public void Traits_are_consistent_with_the_properties_they_sum_up()
    {
        Span<char> scratch = stackalloc char[3];
        int[] lower = new int[LowerCase.MaximumLength];
        for (int c = 0; c <= 0x10FFFF; c++)
        {
            CharacterTraits traits = UnicodeData.Traits(c);
            bool Has(CharacterTraits trait) => (traits & trait) != 0;
            bool isConsistent =
                Has(CharacterTraits.CanonicalDecomposition) != Decomposition.Of(c, compatibility: false, scratch).IsEmpty
                && Has(CharacterTraits.Decomposition) != Decomposition.Of(c, compatibility: true, scratch).IsEmpty
                && Has(CharacterTraits.Grapheme) == (UnicodeData.GraphemeBreak(c) != GraphemeBreak.Other)
                && Has(CharacterTraits.LowerCase) == (LowerCase.Map(c, lower) > 1 || lower[0] != c)
                && UnicodeData.IsMark(c) == (UnicodeData.Category(c) is GeneralCategory.Mn or GeneralCategory.Mc or GeneralCategory.Me);
            if (!isConsistent)
                Assert.Fail($"U+{c:X4} has {traits}");
        }
    }
}
