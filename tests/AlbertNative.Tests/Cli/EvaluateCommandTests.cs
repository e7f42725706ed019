using System.Text.Json;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Cli;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Predictions_in_a_file_are_judged()
    {
        string data = Write("data.csv", "text,label\na,1\nb,0\nc,1\n");
        string chart = Path.Combine(_folder.Path, "chart.svg");
        CliRun run = CliRun.Of("evaluate", "--data", data, "--predictions", Write("p.txt", "1\n1\n1\n"), "--report", chart, "--train", data);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement summary = run.Lines[0];
        Assert.Equal(2 / 3.0, summary.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 1e-15);
        Assert.Equal("[[0,1],[0,2]]", summary.GetProperty("confusion").GetProperty("counts").GetRawText());
        Assert.Equal(3, summary.GetProperty("errors")[0].GetProperty("line").GetInt32());
        Assert.Contains("3 of 3 examples also stand in", summary.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        Assert.StartsWith("<svg", File.ReadAllText(chart), StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void What_a_file_says_reaches_a_terminal_clean()
    {
        const string Hostile = "x\u001b[31m\u202ey";
        string data = Write("data.csv", $"text,label\na {Hostile},{Hostile}\nb,0\n");
        CliRun run = CliRun.AtTerminal("evaluate", "--data", data, "--predictions", Write("p.txt", $"0\n{Hostile}\n"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        // In the report, the matrix, and the two errors.
        Assert.Equal(6, run.Output.Split("x\uFFFD[31m\uFFFDy").Length);
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.DoesNotContain('\u202e', run.Output);
    }

    [Fact]
    public void Answers_in_a_file_are_judged_with_their_threshold()
    {
        string data = Write("data.json", """{"data":[{"paragraphs":[{"context":"the cat","qas":[{"id":"1","question":"who?","answers":[{"text":"cat","answer_start":4}]},{"id":"2","question":"why?","answers":[],"is_impossible":true}]}]}]}""");
        string answers = Write("p.json", """{"1":"cat","2":"cat"}""");
        CliRun run = CliRun.Of(
            "evaluate", "--data", data, "--predictions", answers, "--no-answer-scores", Write("n.json", """{"1":0.1,"2":0.9}"""), "--no-answer-threshold", "0.5");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(100, run.Lines[0].GetProperty("metrics").GetProperty("f1").GetDouble());
    }

    [Fact]
    public void Numbers_that_are_not_defined_are_null()
    {
        CliRun run = CliRun.Of("evaluate", "--task", "regress", "--data", Write("d.csv", "text,label\na,1\nb,1\n"), "--predictions", Write("p.txt", "1\n2\n"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(JsonValueKind.Null, run.Lines[0].GetProperty("metrics").GetProperty("pearson").ValueKind);
        Assert.Equal(0.5, run.Lines[0].GetProperty("metrics").GetProperty("mse").GetDouble());
    }

    [Fact]
    public void A_model_is_judged_on_what_it_is_asked()
    {
        string tags = Write("d.conllu", "1\tاو\t_\tPRON\t_\t_\t_\t_\t_\t_\n2\tکتاب\t_\tNOUN\t_\t_\t_\t_\t_\t_\n\n");
        JsonElement tagged = CliRun.Of("evaluate", "--model", ShippedModels.Tagger, "--data", tags).Lines[0];
        Assert.Equal(1, tagged.GetProperty("metrics").GetProperty("accuracy").GetDouble());

        string text = Write("d.txt", "In the beginning God created the heaven and the earth.\nAnd the earth was without form, and void.\n");
        string[] asked = ["evaluate", "--task", "pretrain", "--model", ShippedModels.Nano, "--data", text];
        JsonElement first = CliRun.Of(asked).Lines[0].GetProperty("metrics");
        Assert.InRange(first.GetProperty("masked_lm_loss").GetDouble(), 0.01, 9);
        Assert.Equal(first.GetProperty("loss").GetDouble(), first.GetProperty("masked_lm_loss").GetDouble() + first.GetProperty("sentence_order_loss").GetDouble(), 1e-9);
        Assert.Equal(first.GetRawText(), CliRun.Of(asked).Lines[0].GetProperty("metrics").GetRawText());
        Assert.NotEqual(first.GetRawText(), CliRun.Of([.. asked, "--seed", "7"]).Lines[0].GetProperty("metrics").GetRawText());

        string pairs = Write("d.csv", "sentence1,sentence2,label\nthe king,the king,5\nthe king,a big red car,0\nthe king,the queen,3\n");
        JsonElement similar = CliRun.Of("evaluate", "--task", "similarity", "--model", ShippedModels.Nano, "--data", pairs).Lines[0];
        Assert.InRange(similar.GetProperty("metrics").GetProperty("spearman").GetDouble(), 0.4, 1);
    }

    [Fact]
    public void A_file_that_lacks_an_answer_or_a_score_is_named_with_the_question()
    {
        string data = Write("data.json", """{"data":[{"paragraphs":[{"context":"the cat","qas":[{"id":"1","question":"who?","answers":[{"text":"cat","answer_start":4}]}]}]}]}""");
        string empty = Write("empty.json", "{}"), answers = Write("p.json", """{"1":"cat"}""");
        foreach (string[] files in (string[][])[["--predictions", empty], ["--predictions", answers, "--no-answer-scores", empty]])
        {
            CliRun run = CliRun.Of(["evaluate", "--data", data, .. files]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains($"{empty}: there is nothing of question '1', which stands in line 1 of the data", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_scheme_that_entities_have_to_follow_is_shown_by_the_tags_or_named()
    {
        string data = Write("d.conll", "a\tB-X\nb\tI-X\nc\tO\n"), tags = Write("p.conll", "a\tI-X\nb\tI-X\nc\tO\n");
        (double Strict, string Note) Judged(params string[] options)
        {
            CliRun run = CliRun.Of(["evaluate", "--data", data, "--predictions", tags, .. options]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            string note = Assert.Single(run.Lines[0].GetProperty("notes").EnumerateArray().Select(note => note.GetString()!), note => note.StartsWith("f1_strict", StringComparison.Ordinal));
            return (run.Lines[0].GetProperty("metrics").GetProperty("f1_strict").GetDouble(), note);
        }
        Assert.Equal((0, "f1_strict counts only entities that follow IOB2."), Judged());
        // There an entity begins with I, and with B behind another of its type alone.
        Assert.Equal((0, "f1_strict counts only entities that follow IOB1."), Judged("--strict-scheme", "iob1"));
        CliRun other = CliRun.Of("evaluate", "--data", data, "--predictions", tags, "--strict-scheme", "ioe2");
        Assert.Equal((1, 1), (other.ExitCode, other.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Contains("Sentence 0: Tag 'B-X' of token 0 has a prefix that IOE2 does not have", other.Error, StringComparison.Ordinal);

        // These tags show no scheme.
        data = tags;
        Assert.Equal((1, "f1_strict counts only entities that follow IOB1."), Judged("--strict-scheme", "iob1"));
        CliRun speech = CliRun.Of("evaluate", "--data", Write("w.conll", "a\tNOUN\n"), "--predictions", Write("w.p.conll", "a\tVERB\n"), "--strict-scheme", "iob2");
        Assert.Contains("mark no entities that could follow IOB2", speech.Error, StringComparison.Ordinal);
        Assert.Contains("--strict-scheme is for tags", CliRun.Of("evaluate", "--data", "a.csv", "--strict-scheme", "iob2").Error, StringComparison.Ordinal);
        foreach ((string option, string names) in (IEnumerable<(string, string)>)[("--strict-scheme", "iob1|iob2|ioe1|ioe2|iobes|bilou"), ("--scheme", "iob2|iobes")])
        {
            CliRun unknown = CliRun.Of("evaluate", "--data", data, option, "IOB");
            Assert.Equal(2, unknown.ExitCode);
            Assert.Contains($"{option}: expected {names}, found \"IOB\"", unknown.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text,label\na,1\n", "1\n0\n", 1, "there are 2 predictions of 1 examples")]
    [InlineData("text,label\na\n", "1\n", 1, "(2,2): the line has 1 columns")]
    public void What_does_not_fit_together_is_refused_in_one_line(string data, string predictions, int code, string message)
    {
        CliRun run = CliRun.Of("evaluate", "--data", Write("d.csv", data), "--predictions", Write("p.txt", predictions));
        Assert.Equal(code, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Lines_that_make_no_sense_are_refused()
    {
        Assert.Equal(2, CliRun.Of("evaluate").ExitCode);
        Assert.Contains("could be of several tasks", CliRun.Of("evaluate", "--data", "a.txt").Error, StringComparison.Ordinal);
        Assert.Contains("--no-answer-scores is for --predictions", CliRun.Of("evaluate", "--data", "a.json", "--no-answer-scores", "b").Error, StringComparison.Ordinal);
        Assert.Contains("--all-labels is for a model that classifies", CliRun.Of("evaluate", "--data", "a.csv", "--predictions", "p.txt", "--all-labels").Error, StringComparison.Ordinal);
        CliRun chart = CliRun.Of(
            "evaluate", "--task", "regress", "--data", Write("d.csv", "text,label\na,1\n"), "--predictions", Write("p.txt", "1\n"), "--report", Path.Combine(_folder.Path, "x.svg"));
        Assert.Contains("no confusion matrix", chart.Error, StringComparison.Ordinal);
        CliRun words = CliRun.Of("evaluate", "--data", Write("d.conll", "a\tO\n"), "--predictions", Write("p.conll", "b\tO\n"));
        Assert.Contains("(1): this sentence has other words", words.Error, StringComparison.Ordinal);
    }

    private string Write(string name, string content) => _folder.Write(name, content);
}
