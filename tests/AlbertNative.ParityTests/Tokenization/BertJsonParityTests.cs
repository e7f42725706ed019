using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>Hugging Face's Rust tokenizers on <c>tokenizer.json</c> files of BERT: every line, in every respect.</summary>
public sealed class BertJsonParityTests
{
    private const string Folder = "goldens/bert/tokenizer/json";
    private const string Extension = ".jsonl.gz";

    public static IEnumerable<TheoryDataRow<string>> Goldens() =>
        SharedFolder.Files(Folder, "*" + Extension)
            .Select(path => new TheoryDataRow<string>(Path.GetFileName(path)[..^Extension.Length]));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Every_line_is_exact(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedFolder.Require("tokenizers", name, "tokenizer.json"));
        BertLines.AssertAll(tokenizer, GoldenLines.Read(SharedFolder.Require(Folder, name + Extension)));
    }

    /// <summary>A directory without <c>tokenizer.json</c> gives the ids of the one that was made of it.</summary>
    [Fact]
    public void A_vocabulary_alone_gives_the_ids_of_its_template()
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedFolder.Require("tokenizers", "bert-vocab-only"));
        BertLines.AssertAll(tokenizer, GoldenLines.Read(SharedFolder.Require(Folder, "bert-template" + Extension)));
    }
}
