using System.Text.Json;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Fast;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

public sealed class TokenizeCommandTests
{
    private static readonly string Vocabulary = Path.Combine(Nano.Folder, "spiece.model");

    [Fact]
    public void A_text_that_a_tokenizers_rules_blow_up_is_a_bad_line()
    {
        using TemporaryFolder folder = new();
        string rules = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 30));
        string path = folder.Write("tokenizer.json", new TokenizerFile { Normalizer = $$"""{"type":"Sequence","normalizers":[{{rules}}]}""" }.Utf8);
        CliRun run = CliRun.Reading(["b", "a", "b"], "tokenize", "--tokenizer", path, "--on-error", "skip");
        Assert.Equal((3, 2), (run.ExitCode, run.Lines.Length));
        Assert.Contains("line 2: the tokenizer's normalizers make more than", run.Error);
    }

    [Fact]
    public void The_semantics_of_transformers_5_have_a_name()
    {
        string[] Tokens(params string[] options) =>
            [.. CliRun.Of(["tokenize", "--model", Nano.Path, .. options, "high-performance"]).Lines[0].GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];
        Assert.Equal("-", Tokens()[2]);
        Assert.Equal(["-", "▁performance"], Tokens("--transformers-5")[2..4]);
        Assert.NotEqual("▁performance", Tokens("--slow")[3]);
    }

    [Fact]
    public void Arguments_become_a_line_each()
    {
        CliRun run = CliRun.Of("tokenize", "--tokenizer", Vocabulary, "the king", "شاه");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(2, run.Lines.Length);
        Assert.Equal(["ids", "tokens", "token_type_ids", "offsets"], run.Lines[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(["[CLS]", "▁the", "▁king", "[SEP]"], Strings(run.Lines[0], "tokens"));
    }

    [Fact]
    public void Text_is_written_as_it_is_and_offsets_count_code_points()
    {
        CliRun run = CliRun.Of("tokenize", "--raw", "--tokenizer", Vocabulary, "😀 king");
        Assert.Contains("😀", run.Output);
        Assert.Equal("[[0,0],[0,1],[1,6]]", run.Lines[0].GetProperty("offsets").GetRawText());

        CliRun utf16 = CliRun.Of("tokenize", "--raw", "--utf16-offsets", "--tokenizer", Vocabulary, "😀 king");
        Assert.Equal("[[0,0],[0,2],[2,7]]", utf16.Lines[0].GetProperty("offsets").GetRawText());
    }

    [Fact]
    public void Json_lines_hold_pairs_lengths_and_what_passes_through()
    {
        CliRun run = CliRun.Reading(
            ["""{"id": 7, "text": "the king", "pair": "of Judah", "meta": {"a": [1.50, "é"]}, "tokens": "old"}""",
                """{"text": "the king of Judah", "max_length": 4}"""],
            "tokenize", "--tokenizer", Vocabulary, "--jsonl");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement first = run.Lines[0];
        Assert.Equal(7, first.GetProperty("id").GetInt32());
        Assert.Equal("""{"a": [1.50, "é"]}""", first.GetProperty("meta").GetRawText());
        Assert.Equal(["[CLS]", "▁the", "▁king", "[SEP]", "▁of", "▁judah", "[SEP]"], Strings(first, "tokens"));
        Assert.Equal("[0,0,0,0,1,1,1]", first.GetProperty("token_type_ids").GetRawText());
        Assert.False(first.TryGetProperty("text", out _));
        Assert.Equal(4, run.Lines[1].GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public void Windows_of_a_long_text_are_written_on_request()
    {
        CliRun run = CliRun.Of("tokenize", "--tokenizer", Vocabulary, "--max-length", "6", "--stride", "1", "the king of Judah went up");
        Assert.Equal(6, run.Lines[0].GetProperty("ids").GetArrayLength());
        Assert.True(run.Lines[0].GetProperty("overflow").GetArrayLength() > 0);
    }

    [Fact]
    public void Words_know_their_index()
    {
        CliRun run = CliRun.Reading(["""{"words": ["the", "king", "of"]}"""], "tokenize", "--tokenizer", Vocabulary, "--jsonl", "--words");
        Assert.Equal("[-1,0,1,2,-1]", run.Lines[0].GetProperty("word_ids").GetRawText());
    }

    [Fact]
    public void Decode_undoes_tokenize()
    {
        string ids = CliRun.Of("tokenize", "--tokenizer", Vocabulary, "the king of judah").Lines[0].GetProperty("ids").GetRawText();
        CliRun run = CliRun.Of("decode", "--tokenizer", Vocabulary, ids.Trim('[', ']'));
        Assert.Equal("the king of judah", run.Lines[0].GetProperty("decoded").GetString());

        CliRun lines = CliRun.Reading([$$"""{"ids": {{ids}}, "n": 1}"""], "decode", "--tokenizer", Vocabulary, "--jsonl", "--keep-special-tokens");
        Assert.StartsWith("[CLS]", lines.Lines[0].GetProperty("decoded").GetString());
        Assert.Equal(1, lines.Lines[0].GetProperty("n").GetInt32());
    }

    [Fact]
    public void Half_a_surrogate_pair_is_text_and_valid_output()
    {
        CliRun run = CliRun.Reading(["""{"text": "a\ud800\"\u00e9\n", "x": 1}"""], "tokenize", "--raw", "--tokenizer", Vocabulary, "--jsonl");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Single(run.Lines);
    }

    [Fact]
    public void A_terminal_gets_a_table()
    {
        CliRun run = CliRun.AtTerminal("tokenize", "--tokenizer", Vocabulary, "the [king]");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("▁the", run.Output);
        Assert.Contains("─", run.Output);

        CliRun json = CliRun.AtTerminal("tokenize", "--json", "--tokenizer", Vocabulary, "the king");
        Assert.Single(json.Lines);
    }

    private static IEnumerable<string> Strings(JsonElement line, string name) =>
        line.GetProperty(name).EnumerateArray().Select(item => item.GetString()!);
}
