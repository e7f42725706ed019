using System.Text.Json;
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

    private static void AssertLines(Tokenizer tokenizer, string name)
    {
        int[] buffer = new int[1 << 16];
        foreach (JsonElement line in GoldenFile.Lines(Prefix, name))
        {
            string text = line.GetProperty("text").GetString()!;
            string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
            EncodeOptions options = new()
            {
                MaxLength = line.TryGetProperty("max_length", out JsonElement limit) ? limit.GetInt32() : null,
            };
            Encoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options);
            int[] ids = line.Integers("ids");
            Assert.Equal(ids, encoding.Ids);
            Assert.Equal(line.Strings("tokens"), encoding.Tokens);
            Assert.Equal(line.Integers("token_type_ids"), encoding.TokenTypeIds);
            Assert.Equal(line.Pairs("offsets"), Offsets(encoding, text, pair));
            Assert.Equal(line.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            if (pair is null && options.MaxLength is null)
                Assert.Equal(ids, buffer.AsSpan(0, tokenizer.Encode(text, buffer)));
        }
    }

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

    private static (int, int)[] Offsets(Encoding encoding, string text, string? pair)
    {
        (int, int)[] offsets = new (int, int)[encoding.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            string source = encoding.SequenceIndices[i] == 1 ? pair! : text;
            TextSpan span = encoding.Spans[i];
            offsets[i] = (CodePoints(source.AsSpan(0, span.Start)), CodePoints(source.AsSpan(0, span.End)));
        }
        return offsets;
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (System.Text.Rune _ in text.EnumerateRunes())
            count++;
        return count;
    }
}
