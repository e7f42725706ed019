using System.Text.Json;
using AlbertNative.Evaluation;

namespace AlbertNative.ParityTests.Evaluation;

/// <summary>Figures and text of scikit-learn's and SciPy's metrics.</summary>
public sealed class ClassificationGoldenTests
{
    [Fact]
    public void Single_label_metrics_are_scikit_learns()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in Lines("classification"))
        {
            string[] names = line.GetProperty("names").Deserialize<string[]>()!;
            ConfusionMatrix confusion = ConfusionMatrix.Of(
                line.GetProperty("truth").Deserialize<int[]>()!, line.GetProperty("predicted").Deserialize<int[]>()!, names);
            int[][] counts = line.GetProperty("confusion").Deserialize<int[][]>()!;
            for (int truth = 0; truth < names.Length; truth++)
                Assert.Equal(counts[truth], Enumerable.Range(0, names.Length).Select(predicted => confusion[truth, predicted]));

            ClassificationReport all = ClassificationReport.Of(confusion);
            golden.Compare(line.GetProperty("accuracy"), all.Accuracy, $"{cases}.accuracy");
            golden.Compare(line.GetProperty("matthews"), all.Matthews, $"{cases}.matthews");
            golden.Compare(line.GetProperty("macro"), all.Macro, $"{cases}.macro");
            golden.Compare(line.GetProperty("micro"), all.Micro, $"{cases}.micro");
            golden.Compare(line.GetProperty("weighted"), all.Weighted, $"{cases}.weighted");
            if (line.TryGetProperty("f1_of_class_1", out JsonElement f1))
                golden.Compare(f1, ClassificationReport.Of(confusion, [1]).Labels[0].F1, $"{cases}.f1_of_class_1");

            ClassificationReport report = ClassificationReport.Of(confusion, line.GetProperty("labels").Deserialize<int[]>());
            Assert.Equal(line.GetProperty("report").GetString(), report.ToString(line.GetProperty("digits").GetInt32()));
            cases++;
        }
        golden.Report("single-label", cases);
    }

    [Fact]
    public void Multi_label_metrics_are_scikit_learns()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in Lines("multi-label"))
        {
            bool[][] truth = Flags(line.GetProperty("truth"));
            string text = line.GetProperty("report").GetString()!;
            MultiLabelReport report = MultiLabelReport.Of(truth, Flags(line.GetProperty("predicted")), Names(text, truth[0].Length));
            golden.Compare(line.GetProperty("subset_accuracy"), report.SubsetAccuracy, $"{cases}.subset_accuracy");
            golden.Compare(line.GetProperty("macro"), report.Macro, $"{cases}.macro");
            golden.Compare(line.GetProperty("micro"), report.Micro, $"{cases}.micro");
            golden.Compare(line.GetProperty("weighted"), report.Weighted, $"{cases}.weighted");
            golden.Compare(line.GetProperty("samples"), report.Samples, $"{cases}.samples");
            Assert.Equal(text, report.ToString());
            cases++;
        }
        golden.Report("multi-label", cases);
    }

    [Fact]
    public void Regression_metrics_are_scikit_learns_and_SciPys()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in Lines("regression"))
        {
            RegressionScores scores = RegressionScores.Of(
                line.GetProperty("truth").Deserialize<double[]>()!, line.GetProperty("predicted").Deserialize<double[]>()!);
            golden.Compare(line.GetProperty("pearson"), scores.Pearson, $"{cases}.pearson");
            golden.Compare(line.GetProperty("spearman"), scores.Spearman, $"{cases}.spearman");
            golden.Compare(line.GetProperty("mse"), scores.MeanSquaredError, $"{cases}.mse");
            golden.Compare(line.GetProperty("mae"), scores.MeanAbsoluteError, $"{cases}.mae");
            golden.Compare(line.GetProperty("r2"), scores.RSquared, $"{cases}.r2");
            cases++;
        }
        golden.Report("regression", cases);
    }

    [Fact]
    public void Masked_token_metrics_are_PyTorchs()
    {
        MetricGolden golden = new();
        int cases = 0;
        foreach (JsonElement line in MetricGolden.Read("masked-lm.jsonl.gz"))
        {
            double[][] logits = line.GetProperty("logits").Deserialize<double[][]>()!;
            int[] labels = line.GetProperty("labels").Deserialize<int[]>()!;
            CrossEntropyScores scores = new();
            for (int i = 0; i < labels.Length; i++)
                scores.Add(logits[i], labels[i]);
            golden.Compare(line.GetProperty("loss"), scores.Loss, $"{cases}.loss");
            golden.Compare(line.GetProperty("perplexity"), scores.Perplexity, $"{cases}.perplexity");
            golden.Compare(line.GetProperty("accuracy"), scores.Accuracy, $"{cases}.accuracy");
            cases++;
        }
        golden.Report("masked-lm", cases);
    }

    private static IEnumerable<JsonElement> Lines(string kind) =>
        MetricGolden.Read("scikit-learn.jsonl.gz").Where(line => line.GetProperty("kind").GetString() == kind);

    private static bool[][] Flags(JsonElement rows) =>
        [.. rows.Deserialize<int[][]>()!.Select(row => row.Select(flag => flag != 0).ToArray())];

    /// <summary>The labels' names, which stand only in the report.</summary>
    private static string[] Names(string report, int count) =>
        [.. report.Split('\n').Skip(2).Take(count).Select(line => line[..^40].Trim())];
}
