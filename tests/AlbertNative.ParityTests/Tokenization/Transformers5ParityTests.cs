using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>The AlbertTokenizer of transformers 5, from a bare <c>spiece.model</c> and from a <c>tokenizer.json</c>.</summary>
public sealed class Transformers5ParityTests
{
    private const string Interop = "goldens/interop";
    private const string Differences = "goldens/training/tokenizer/ids.jsonl.gz";

    /// <summary>The directories whose golden lines are by this version.</summary>
    public static IEnumerable<TheoryDataRow<string>> Directories() =>
        SharedFolder.Directories("models/interop-tokenizers")
            .Select(directory => Path.GetFileName(directory))
            .Where(name => name.StartsWith("v5-", StringComparison.Ordinal))
            .Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Files() =>
        SharedFolder.Files("goldens/tokenizer", "*.jsonl.gz")
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith("sentencepiece.", StringComparison.Ordinal))
            .Select(name => new TheoryDataRow<string>(name));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Directories))]
    public void A_directory_that_it_saved_is_exact(string name)
    {
        string directory = Path.GetDirectoryName(SharedFolder.Require("models/interop-tokenizers", name, "tokenizer.json"))!;
        string golden = SharedFolder.Require(Interop, name + ".jsonl.gz");
        InteropLines.AssertExact(Tokenizer.Load(directory, new() { Semantics = TokenizerSemantics.Transformers5 }), golden);
    }

    [Fact]
    public void A_bare_vocabulary_is_exact()
    {
        AssertBare("spiece-only", SharedFolder.Require("models/interop-tokenizers", "v4-plain", "spiece.model"));
        AssertBare("spiece-only-albert-nano", SharedFolder.Require("models", "albert-nano", "spiece.model"));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void The_lines_that_it_reads_otherwise_are_those_that_were_found(string file)
    {
        Dictionary<int, int[]> others = GoldenLines.Read(SharedFolder.Require(Differences))
            .Where(line => line.GetProperty("file").GetString() == file)
            .ToDictionary(line => line.GetProperty("line").GetInt32(), line => line.Integers("ids"));
        if (others.Count == 0)
            return;
        Tokenizer tokenizer = Load(file);
        List<string> wrong = [];
        foreach ((int i, JsonElement line) in GoldenLines.Read(SharedFolder.Require("goldens/tokenizer", file)).Take(2000).Index())
        {
            int[] expected = others.GetValueOrDefault(i) ?? line.Integers("ids");
            if (!expected.AsSpan().SequenceEqual(InteropLines.Encode(tokenizer, line).Ids))
                wrong.Add($"{i}: {line.GetProperty("text").GetString()}: {string.Join(' ', InteropLines.Encode(tokenizer, line).Tokens)} for {string.Join(' ', expected.Select(tokenizer.IdToToken))}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} lines\n" + string.Join('\n', wrong.Take(8)));
    }

    private static void AssertBare(string name, string model)
    {
        TokenizerSettings settings = TokenizerSettings.Parse("""{"do_lower_case":true,"keep_accents":false}"""u8.ToArray());
        Tokenizer tokenizer = Tokenizer.FromSentencePiece(
            File.ReadAllBytes(model), settings, new() { Semantics = TokenizerSemantics.Transformers5 });
        InteropLines.AssertExact(tokenizer, SharedFolder.Require(Interop, name + ".v5.jsonl.gz"));
    }

    /// <summary>PREFIX.VOCABULARY[.cased or .accents].jsonl.gz.</summary>
    private static Tokenizer Load(string file)
    {
        string[] parts = file.Split('.');
        TokenizerOptions options = new()
        {
            Semantics = TokenizerSemantics.Transformers5,
            LowerCase = parts[2] == "cased" ? false : null,
            KeepAccents = parts[2] == "accents" ? true : null,
        };
        if (parts[0] == "fast")
        {
            foreach (string folder in (string[])[parts[1], parts[1] + "-fast"])
            {
                string path = SharedFolder.Require("tokenizers", folder, "tokenizer.json");
                if (File.Exists(path))
                    return Tokenizer.Load(Path.GetDirectoryName(path)!, options);
            }
        }
        return Tokenizer.Load(SharedFolder.Require("vocab", parts[1] + ".model"), options);
    }
}
