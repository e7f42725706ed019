using System.Text;
using AlbertNative.Cli;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Cli;

/// <summary>Bad lines, bad files and bad command lines: named, in one line, with the right exit code.</summary>
public sealed class BadInputTests
{
    private static readonly string Vocabulary = Path.Combine(Nano.Folder, "spiece.model");

    [Theory]
    [InlineData("""{"text": 3}""", "\"text\": expected a string, found the number 3")]
    [InlineData("""{"txt": "a"}""", "the field \"text\" is missing")]
    [InlineData("""{"text": "a", "text": "b"}""", "not a JSON object")]
    [InlineData("""{"text": "a" """, "not a JSON object")]
    [InlineData("""["a"]""", "expected a JSON object, found a list")]
    [InlineData("", "not a JSON object")]
    [InlineData("""{"text": "a", "\ud800": 1}""", "lone surrogate")]
    [InlineData("""{"\ud800": 1, "text": "a"}""", "lone surrogate")]
    [InlineData("""{"text": "a", "other": {"\udc00": 1, "b": 2}}""", "lone surrogate")]
    [InlineData("""{"text": "a", "max_length": 1.5}""", "\"max_length\": expected a whole number")]
    public void A_bad_line_ends_the_run_after_the_results_before_it(string bad, string message)
    {
        CliRun run = CliRun.Reading(["""{"text": "one"}""", bad, """{"text": "three"}"""], "tokenize", "--tokenizer", Vocabulary, "--jsonl");
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Lines);
        Assert.StartsWith("albert: line 2: ", run.Error);
        Assert.Contains(message, run.Error);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("--overlong: expected refuse|truncate|window, found \"foo\"", "embed", "--overlong", "foo", "--stride", "3", "x")]
    [InlineData("'abc' for option '--max-length'", "classify", "--max-length", "abc", "x")]
    [InlineData("--task: expected classify|regress|", "evaluate", "--data", "x.csv", "--task", "foo")]
    [InlineData("'abc' for option '--no-answer-threshold'", "evaluate", "--data", "x.json", "--no-answer-threshold", "abc")]
    public void An_options_value_that_cannot_be_read_is_named_though_other_checks_ask_for_it(string message, params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments);
        Assert.Equal(2, run.ExitCode);
        string[] lines = run.Error.Trim().Split('\n');
        Assert.Contains(message, lines[0], StringComparison.Ordinal);
        Assert.Equal([$"Try 'albert {arguments[0]} --help'."], lines[1..]);
    }

    [Fact]
    public void Bad_lines_are_skipped_and_counted_where_the_caller_says_so()
    {
        CliRun run = CliRun.Reading(
            ["""{"text": "one"}""", "{", """{"text": "three"}""", """{"text": null}""", """{"text": "five"}"""],
            "tokenize", "--tokenizer", Vocabulary, "--jsonl", "--on-error", "skip");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal(3, run.Lines.Length);
        string[] errors = run.Error.Trim().Split('\n');
        Assert.Equal(3, errors.Length);
        Assert.StartsWith("albert: line 2: ", errors[0]);
        Assert.StartsWith("albert: line 4: ", errors[1]);
        Assert.Equal("albert: 2 bad line(s) left out", errors[2]);
    }

    [Fact]
    public void What_a_task_refuses_is_a_bad_line_too()
    {
        CliRun run = CliRun.Reading(
            ["the king of [MASK]", "no mask", $"{Nano.Text(300)} [MASK]", "[MASK] king"],
            "fill-mask", "--model", Nano.Path, "--on-error", "skip");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal(2, run.Lines.Length);
        Assert.Contains("line 2: the text has no [MASK]", run.Error);
        Assert.Matches("line 3: the text has [0-9]+ tokens, the model takes 128", run.Error);
    }

    [Fact]
    public void Invalid_utf8_is_a_bad_line()
    {
        CliRun run = CliRun.With([.. "ab\n"u8, 0xff, (byte)'\n'], "tokenize", "--tokenizer", Vocabulary);
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Lines);
        Assert.Contains("line 2: not valid UTF-8", run.Error);
    }

    [Fact]
    public void Byte_order_mark_and_carriage_returns_are_no_text()
    {
        byte[] input = [.. Encoding.UTF8.Preamble, .. "king\r\nking\nking"u8];
        CliRun run = CliRun.With(input, "tokenize", "--raw", "--tokenizer", Vocabulary);
        Assert.Equal(3, run.Lines.Length);
        Assert.All(run.Lines, line => Assert.Equal("""["▁king"]""", line.GetProperty("tokens").GetRawText()));
    }

    [Fact]
    public void A_line_without_end_is_refused()
    {
        LineReader reader = new(new MemoryStream("ab\nabcdefghi"u8.ToArray()), mostBytes: 8);
        Assert.Equal("ab"u8.ToArray(), reader.Read());
        Assert.Contains("longer than 8 bytes", Assert.Throws<BadInputException>(reader.Read).Message);
    }

    [Theory]
    [InlineData(1, "there is no model ./none", "tokenize", "--tokenizer", "./none", "a")]
    [InlineData(1, "./none", "info", "./none")]
    [InlineData(1, "cannot read the input file", "tokenize", "--input", "./none")]
    [InlineData(1, "SentencePiece alone", "tokenize", "--raw", "--max-length", "5", "a")]
    [InlineData(2, "--slow, --fast and --transformers-5 exclude each other", "tokenize", "--slow", "--fast", "a")]
    [InlineData(2, "--slow, --fast and --transformers-5 exclude each other", "embed", "--transformers-5", "--fast", "a")]
    [InlineData(2, "--transformers-5", "tokenize", "--raw", "--transformers-5", "a")]
    [InlineData(2, "--raw", "tokenize", "--raw", "--fast", "a")]
    [InlineData(2, "not both", "tokenize", "--input", "f", "a")]
    [InlineData(2, "--jsonl", "tokenize", "--jsonl", "a")]
    [InlineData(2, "--on-error: expected stop|skip", "tokenize", "--on-error", "stopp", "a")]
    [InlineData(2, "--input", "run")]
    [InlineData(2, "there is no command frobnicate\n", "frobnicate")]
    [InlineData(2, "there is no command embd; did you mean embed?", "embd", "a")]
    [InlineData(2, "there is no command tokenzie; did you mean tokenize?", "tokenzie")]
    [InlineData(1, "cannot read the input file: . is a directory", "tokenize", "--input", ".")]
    [InlineData(1, "cannot write ./none/x.npy: there is no directory ", "embed", "--output", "./none/x.npy", "a")]
    [InlineData(1, "there is no token 99999: the vocabulary has ids from 0 to 11999\n", "decode", "99999")]
    [InlineData(2, "--top-k: expected at least 1", "fill-mask", "--top-k", "0", "a")]
    [InlineData(2, "found 1 argument(s), expected 2", "order", "a")]
    [InlineData(2, ".npy", "embed", "--output", "x.bin", "a")]
    [InlineData(2, "there is no option --tpo", "fill-mask", "--tpo", "3", "a [MASK]")]
    [InlineData(2, "there is no option -x", "tokenize", "-x")]
    [InlineData(2, "--stride is for --overlong window", "embed", "--stride", "2", "a")]
    [InlineData(2, "--stride is for --overlong window", "tag", "--overlong", "truncate", "--stride", "2", "a")]
    [InlineData(2, "--word-pooling is for --words", "embed", "--word-pooling", "mean", "a")]
    [InlineData(2, "--threads is for a model, not for --predictions", "evaluate", "--data", "a.csv", "--predictions", "b", "--threads", "2")]
    [InlineData(2, "--seed is for --task pretrain", "evaluate", "--data", "a.csv", "--seed", "7")]
    [InlineData(2, "--no-answer-threshold is for answers", "evaluate", "--data", "a.csv", "--no-answer-threshold", "7")]
    [InlineData(2, "--idle is for --socket", "transform", "--arrow", "--idle", "7")]
    public void What_makes_no_sense_is_named(int code, string message, params string[] arguments)
    {
        CliRun run = CliRun.Of(arguments);
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_head_that_the_model_lacks_is_named()
    {
        CliRun run = CliRun.Of("answer", "--model", Nano.Path, "who?", "the king");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("qa_outputs.weight", run.Error);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Fact]
    public void Texts_may_begin_with_anything()
    {
        CliRun run = CliRun.Of("tokenize", "--raw", "--tokenizer", Vocabulary, "- an item", "@king", "[MASK]", "--", "--not-an-option");
        Assert.Equal((0, 4), (run.ExitCode, run.Lines.Length));
    }

    [Fact]
    public void Help_is_no_error()
    {
        CliRun run = CliRun.Of("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(run, CliRun.Of());
        foreach (string command in (string[])["embed", "fill-mask", "classify", "tag", "answer", "choose", "order", "tokenize", "decode", "info", "run"])
            Assert.Contains(command, run.Output);
    }
}
