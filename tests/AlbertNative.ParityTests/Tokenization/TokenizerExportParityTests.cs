using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tokenization;

/// <summary>
/// The exported <c>tokenizer.json</c> against the slow tokenizer that it stands for: as our fast tokenizer reads it, and
/// as transformers 5 does.
/// </summary>
public sealed class TokenizerExportParityTests(ITestOutputHelper output)
{
    private const int LinesOfCorpora = 20_000;

    public static IEnumerable<TheoryDataRow<string, TokenizerSemantics>> Models() =>
        from path in SharedFolder.Files("vocab", "albert-*.model")
        from semantics in (TokenizerSemantics[])[TokenizerSemantics.Fast, TokenizerSemantics.Transformers5]
        where !path.Contains("unsupported", StringComparison.Ordinal)
        select new TheoryDataRow<string, TokenizerSemantics>(Path.GetFileName(path), semantics);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void Real_text_has_the_slow_ids(string name, TokenizerSemantics semantics)
    {
        byte[] model = File.ReadAllBytes(SharedFolder.Require("vocab", name));
        Tokenizer slow = Tokenizer.FromSentencePiece(model);
        Tokenizer exported = Tokenizer.FromTokenizerJson(TokenizerExport.TokenizerJson(model), options: new() { Semantics = semantics });
        foreach (string corpus in (string[])["en.txt", "fa.txt"])
        {
            List<string> others =
                [.. File.ReadLines(SharedFolder.Require("corpora", corpus)).Take(LinesOfCorpora).Where(line => !slow.Encode(line).Ids.SequenceEqual(exported.Encode(line).Ids))];
            output.WriteLine($"{name} {corpus}: {others.Count} of {LinesOfCorpora} lines differ");
            foreach (string line in others.Take(3))
                output.WriteLine($"  {string.Join(' ', slow.Encode(line).Tokens)}\n  {string.Join(' ', exported.Encode(line).Tokens)}");
            // Equal paths may be decided otherwise in double precision.
            Assert.True(others.Count <= LinesOfCorpora / 1000, $"{others.Count} lines of {corpus}, such as {others.FirstOrDefault()}");
        }
        string golden = $"huggingface.{Path.GetFileNameWithoutExtension(name)}.jsonl.gz";
        JsonElement[] lines = [.. GoldenLines.Read(SharedFolder.Require("goldens/tokenizer", golden))];
        int hard = lines.Count(line => !InteropLines.Encode(slow, line).Ids.SequenceEqual(InteropLines.Encode(exported, line).Ids));
        output.WriteLine($"{golden}: {hard} of {lines.Length} lines differ");
    }
}
