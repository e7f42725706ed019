using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>
/// Hugging Face's Rust tokenizers: ids, tokens, token types, offsets, decoded text and truncation of every line.
/// </summary>
public sealed class FastTokenizerParityTests
{
    private const string Prefix = "fast.";

    // A conversion with do_lower_case false, and one with keep_accents true.
    private const string Cased = ".cased";
    private const string Accents = ".accents";

    public static IEnumerable<TheoryDataRow<string>> Goldens() =>
        GoldenFile.Names(Prefix).Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Conversions() =>
        SharedFolder.Directories("tokenizers")
            .Select(directory => Path.GetFileName(directory))
            .Where(name => name.EndsWith("-fast", StringComparison.Ordinal) && File.Exists(Vocabulary(name[..^5])))
            .Select(name => new TheoryDataRow<string>(name[..^5]));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_is_exact(string name) => AssertLines(Load(name), name);

    /// <summary>The folder holds transformers' own conversion of some vocabularies: ours must not differ from it.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Conversions))]
    public void Our_conversion_of_the_vocabulary_is_exact_as_well(string name) => AssertLines(Convert(name), name);

    private static void AssertLines(Tokenizer tokenizer, string name) =>
        InteropLines.AssertExact(tokenizer, GoldenFile.Path(Prefix, name));

    private static Tokenizer Load(string name)
    {
        foreach (string folder in (string[])[name, name + "-fast"])
        {
            string file = SharedFolder.Require("tokenizers", folder, "tokenizer.json");
            if (File.Exists(file))
                return Tokenizer.Load(file);
        }
        return Convert(name);
    }

    private static Tokenizer Convert(string name)
    {
        TokenizerOptions options = new()
        {
            Semantics = TokenizerSemantics.Fast,
            LowerCase = name.EndsWith(Cased, StringComparison.Ordinal) ? false : null,
            KeepAccents = name.EndsWith(Accents, StringComparison.Ordinal) ? true : null,
        };
        name = name.Replace(Cased, "", StringComparison.Ordinal).Replace(Accents, "", StringComparison.Ordinal);
        return Tokenizer.Load(Vocabulary(name), options);
    }

    private static string Vocabulary(string name) => SharedFolder.Require("vocab", name + ".model");
}
