using System.Xml.Linq;
using AlbertNative.Evaluation;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

public sealed class EvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Labels_are_judged_with_the_surest_errors_first()
    {
        LabelledText[] texts = [Text("a", "1", 2), Text("b", "0", 3), Text("c", "1", 4), Text("d", "0", 5)];
        PredictedLabels[] predictions = [new(["1"], 0.9), new(["1"], 0.6), new(["0"], 0.8), new(["0"], 0.7)];
        EvaluationSummary summary = LabelEvaluation.Of(texts, predictions, bootstrap: true);
        Assert.Equal((4, 0.5, 0.5), (summary.Examples, summary["accuracy"], summary["f1"]));
        Assert.Equal([4, 3], summary.Errors.Select(error => error.Line));
        Assert.Equal(new EvaluationError(4, "1", "0", 0.8, "c"), summary.Errors[0]);
        Assert.InRange(0.5, summary.Interval!.Value.Low, summary.Interval.Value.High);
        Assert.Contains("there are accuracy", Assert.Throws<KeyNotFoundException>(() => summary["bleu"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("positiveLabel", () => LabelEvaluation.Of(texts, predictions, positiveLabel: "2"));
        Assert.Throws<ArgumentException>("predictions", () => LabelEvaluation.Of(texts, []));
    }

    [Fact]
    public void Several_labels_of_a_text_are_judged_one_by_one()
    {
        LabelledText[] texts = [new("a", null, ["x", "y"], 1), new("b", null, [], 2)];
        EvaluationSummary summary = LabelEvaluation.Of(texts, [new(["y"]), new([])], bootstrap: true);
        Assert.Equal((0.5, 2 / 3.0), (summary["subset_accuracy"], summary["micro_f1"]));
        Assert.Equal(1, Assert.Single(summary.Errors).Line);
        Assert.Contains("Never predicted", Assert.Single(summary.Notes), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("labels", () => LabelEvaluation.Of(texts, [new(["z"]), new([])], ["x", "y"]));
    }

    [Fact]
    public void Tags_are_judged_as_entities_or_as_words()
    {
        TaggedSentence[] names = [new(["a", "b", "c"], ["B-X", "I-X", "O"], 1), new(["d"], ["O"], 5)];
        EvaluationSummary entities = TagEvaluation.Of(names, [["I-X", "I-X", "O"], ["O"]], bootstrap: true);
        Assert.Equal(new BootstrapInterval(0, 1), entities.Interval);
        Assert.Equal((1, 0, 0.75), (entities["f1"], entities["f1_strict"], entities["accuracy"]));
        Assert.Equal(new EvaluationError(1, "a/B-X", "a/I-X", null, "a b c"), Assert.Single(entities.Errors));

        TaggedSentence[] words = [new(["a", "b"], ["NOUN", "VERB"], 1)];
        EvaluationSummary speech = TagEvaluation.Of(words, [["NOUN", "NOUN"]]);
        Assert.Equal(0.5, speech["accuracy"]);
        Assert.NotNull(speech.Confusion);
        Assert.Contains("line 1", Assert.Throws<ArgumentException>(() => TagEvaluation.Of(words, [["NOUN"]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_are_judged_by_the_rule_that_fits()
    {
        QuestionExample answerable = new("1", "who?", "the cat", [new("cat", new(4, 7))], 3);
        QuestionExample not = new("2", "why?", "the cat", [], 4);
        EvaluationSummary first = AnswerEvaluation.Of([answerable], new Dictionary<string, string> { ["1"] = "The cat!" });
        Assert.Equal((100, 100), (first["exact_match"], first["f1"]));
        EvaluationSummary second = AnswerEvaluation.Of(
            [answerable, not], new Dictionary<string, string> { ["1"] = "cat", ["2"] = "cat" }, new Dictionary<string, double> { ["1"] = 0.1, ["2"] = 0.9 });
        Assert.Equal((50, 100, 0, 100, 0.1), (second["f1"], second["HasAns_f1"], second["NoAns_f1"], second["best_f1"], second["best_f1_thresh"]));
        Assert.Equal(4, Assert.Single(second.Errors).Line);
        Assert.Contains("question '2' of line 4", Assert.Throws<ArgumentException>(
            () => AnswerEvaluation.Of([not], new Dictionary<string, string>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_judged_by_correlation()
    {
        LabelledText[] texts = [Text("a", "1", 1), Text("b", "2", 2), Text("c", "3", 3)];
        Assert.Equal(1, ScoreEvaluation.Of(texts, [1, 2, 3], [0.1, 0.5, 0.6], similarity: true)["spearman"], 1e-15);
        EvaluationSummary regression = ScoreEvaluation.Of(texts, [1, 2, 3], [1, 2, 5], similarity: false);
        Assert.Equal(4 / 3.0, regression["mse"], 1e-15);
        Assert.Equal(3, Assert.Single(regression.Errors).Line);
    }

    [Fact]
    public void A_confusion_chart_is_XML_whatever_the_labels()
    {
        string[] labels = ["<b>", "&\u0001", "کتاب", .. Enumerable.Range(0, 40).Select(i => $"label {i}")];
        ConfusionMatrix confusion = ConfusionMatrix.Of([0, 1, 2, 2, 30], [0, 2, 2, 1, 31], labels);
        XElement svg = XElement.Parse(ConfusionChart.Draw(confusion));
        Assert.Equal(400, svg.Elements().Count(element => element.Name.LocalName == "g"));
        Assert.Contains("(others)", svg.ToString(), StringComparison.Ordinal);
        Assert.Equal(5, confusion.Condense(4).Total);
        Assert.Same(confusion, confusion.Condense(43));
        XElement.Parse(ConfusionChart.Draw(ConfusionMatrix.Of((int[])[], [], [])));
    }

    [Fact]
    public void Predictions_are_read_from_files()
    {
        Assert.Equal(["a", "b"], PredictionFiles.ReadLabels(Write("a.txt", "a\nb\n")).SelectMany(p => p.Labels));
        Assert.Equal(0.5, PredictionFiles.ReadLabels(Write("a.jsonl", "{\"label\":\"x\",\"score\":0.5}\n"))[0].Confidence);
        Assert.Equal([1.5, -2], PredictionFiles.ReadScores(Write("b.txt", "1.5\n-2\n")));
        Assert.Equal([3], PredictionFiles.ReadScores(Write("b.csv", "prediction,x\n3,y\n")));
        Assert.Equal("z", PredictionFiles.ReadAnswers(Write("c.json", "{\"1\":\"z\"}"))["1"]);
        Assert.Equal(0.25, PredictionFiles.ReadNoAnswerScores(Write("d.json", "{\"1\":0.25}"))["1"]);
        Refused("e.txt", "1\nx\n", "(2,1): 'x' is no number", path => PredictionFiles.ReadScores(path));
        Refused("e.txt", "NaN\n", "(1,1): 'NaN' is no number", path => PredictionFiles.ReadScores(path));
        Refused("e.jsonl", "{\"a\":1}\n", "(1): there is no prediction; there are 'a'", path => PredictionFiles.ReadLabels(path));
        Refused("e.json", "[]", "(1): an object from ids to predictions was expected, not Array", PredictionFiles.ReadAnswers);
        Refused("e.json", "{\"1\":\n3}", "(2,1): a text was expected, not Number", PredictionFiles.ReadAnswers);
        Refused("e.json", "{\"1\":\"a\",\"1\":\"b\"}", ": question '1' comes twice", PredictionFiles.ReadAnswers);
    }

    private static LabelledText Text(string text, string label, int line) => new(text, null, [label], line);

    private string Write(string name, string content) => _folder.Write(name, content);

    private void Refused(string name, string content, string message, Func<string, object> read)
    {
        string path = Write(name, content);
        Assert.StartsWith(path + message, Assert.Throws<DataFormatException>(() => read(path)).Message, StringComparison.Ordinal);
    }
}
