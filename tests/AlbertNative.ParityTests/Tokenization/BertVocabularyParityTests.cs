using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>BERT's tokenizers from a <c>vocab.txt</c>, fast and slow, under every option: every line, in every respect.</summary>
public sealed class BertVocabularyParityTests
{
    private const string Folder = "goldens/bert/tokenizer";
    private const string Extension = ".jsonl.gz";
    private const string Words = "words.";

    public static IEnumerable<TheoryDataRow<string>> Goldens() =>
        SharedFolder.Files(Folder, "bert-*" + Extension)
            .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)[..^Extension.Length]));

    public static IEnumerable<TheoryDataRow<string>> WordGoldens() =>
        SharedFolder.Files(Folder, Words + "*" + Extension)
            .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)[Words.Length..^Extension.Length]));

    public static IEnumerable<TheoryDataRow<TokenizerSemantics>> Semantics() =>
        SharedFolder.Files(Folder, "vocab-files.jsonl").SelectMany(_ =>
            Enum.GetValues<TokenizerSemantics>().Select(semantics => new TheoryDataRow<TokenizerSemantics>(semantics)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_of_the_fast_one_is_exact(string name) =>
        BertLines.AssertAll(Load(name, TokenizerSemantics.Fast), Lines(name), takesEmptyForNone: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_of_the_slow_one_is_exact(string name) =>
        BertLines.AssertSlow(Load(name, TokenizerSemantics.Slow), Lines(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(WordGoldens))]
    public void Every_line_of_words_is_exact(string name) =>
        BertLines.AssertWords(Load(name, TokenizerSemantics.Fast), Lines(Words + name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Semantics))]
    public void Odd_vocabulary_files_are_read_as_the_reference_does(TokenizerSemantics semantics)
    {
        foreach (JsonElement file in GoldenLines.Read(SharedFolder.Require(Folder, "vocab-files.jsonl")))
        {
            byte[] vocabulary = file.GetProperty("vocab_txt_base64").GetBytesFromBase64();
            JsonElement expected = file.GetProperty(semantics == TokenizerSemantics.Slow ? "slow" : "fast");
            TokenizerOptions options = new() { Semantics = semantics };
            if (expected.TryGetProperty("error", out _))
            {
                Assert.Throws<TokenizerFormatException>(() => Tokenizer.FromVocabulary(vocabulary, options: options));
                continue;
            }
            Tokenizer tokenizer = Tokenizer.FromVocabulary(vocabulary, options: options);
            Assert.Equal(expected.Integers("ids"), tokenizer.Encode(file.GetProperty("text").GetString()!).Ids);
            int limit = 0;
            foreach (JsonProperty token in expected.GetProperty("vocabulary").EnumerateObject())
            {
                Assert.True(tokenizer.TryGetId(token.Name, out int id), $"{file.GetProperty("case")}: no '{token.Name}'");
                Assert.Equal(token.Value.GetInt32(), id);
                limit = Math.Max(limit, id + 1);
            }
            Assert.Equal(limit, tokenizer.VocabularySize);
        }
    }

    [Fact]
    public void Words_that_are_never_split_stay_whole_in_the_slow_one()
    {
        foreach (JsonElement line in Lines("never-split"))
        {
            TokenizerSettings settings = new() { NeverSplit = line.Strings("never_split") };
            byte[] vocabulary = File.ReadAllBytes(SharedFolder.Require("vocab", "wordpiece", "bert-base-uncased", "vocab.txt"));
            string text = line.GetProperty("text").GetString()!;
            Assert.Equal(line.Integers("ids"), Tokenizer.FromVocabulary(vocabulary, settings).Encode(text).Ids);
            TokenizerOptions slow = new() { Semantics = TokenizerSemantics.Slow };
            Assert.Equal(line.GetProperty("slow").Integers("ids"), Tokenizer.FromVocabulary(vocabulary, settings, slow).Encode(text).Ids);
        }
    }

    private static IEnumerable<JsonElement> Lines(string name) =>
        GoldenLines.Read(SharedFolder.Require(Folder, name + Extension));

    /// <summary>A golden's name is its vocabulary's, then what is not the default: its case, and an option.</summary>
    private static Tokenizer Load(string name, TokenizerSemantics semantics)
    {
        string[] parts = name.Split('.');
        string option = parts.ElementAtOrDefault(1) ?? "";
        string beside = SharedFolder.Require(Folder, parts[0] + ".vocab.txt");
        string vocabulary = File.Exists(beside) ? beside : SharedFolder.Require("vocab", "wordpiece", parts[0], "vocab.txt");
        bool isCased = parts[0].EndsWith("-cased", StringComparison.Ordinal) || parts[0].Contains("-char-", StringComparison.Ordinal);
        return Tokenizer.Load(vocabulary, new TokenizerOptions
        {
            Semantics = semantics,
            LowerCase = !isCased,
            KeepAccents = option switch { "keep-accents" => true, "strip-accents" => false, _ => null },
            TokenizeChineseChars = option == "no-chinese" ? false : null,
        });
    }
}
