using AlbertNative.Evaluation;

namespace AlbertNative.Tests.Evaluation;

public sealed class ClassificationReportTests
{
    [Fact]
    public void A_report_prints_as_scikit_learns()
    {
        ClassificationReport report = ClassificationReport.Of(["a", "a", "b", "c"], ["a", "b", "b", "b"]);
        const string Text =
            """
                          precision    recall  f1-score   support

                       a       1.00      0.50      0.67         2
                       b       0.33      1.00      0.50         1
                       c       0.00      0.00      0.00         1

                accuracy                           0.50         4
               macro avg       0.44      0.50      0.39         4
            weighted avg       0.58      0.50      0.46         4

            """;
        Assert.Equal(Text, report.ToString());
        Assert.Equal(0.5, report.Accuracy);
        Assert.Equal(0, report.Labels[2].Predicted);
    }

    [Fact]
    public void Labels_that_do_not_occur_enter_the_means_only_when_asked_for()
    {
        string[] labels = ["a", "b"];
        Assert.Equal(1, ClassificationReport.Of(labels, labels).Macro.F1);
        Assert.Equal(0.5, ClassificationReport.Of(labels, labels, ["a", "b", "c", "d"]).Macro.F1);
    }

    [Fact]
    public void Nothing_scores_0()
    {
        ClassificationReport report = ClassificationReport.Of([], [], []);
        Assert.Equal(0, report.Accuracy);
        Assert.Equal(default, report.Macro);
        Assert.Equal(0, report.Matthews);
        Assert.Contains("accuracy", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_lists_are_refused_by_name()
    {
        Assert.Contains("1 predictions of 2", Refused(() => ClassificationReport.Of(["a", "b"], ["a"])), StringComparison.Ordinal);
        Assert.Contains("'c' of example 1", Refused(() => ClassificationReport.Of(["a", "c"], ["a", "a"], ["a"])), StringComparison.Ordinal);
        Assert.Contains("'a' comes twice", Refused(() => ClassificationReport.Of(["a"], ["a"], ["a", "a"])), StringComparison.Ordinal);
        Assert.Contains("Label 3 of example 0", Refused(() => ConfusionMatrix.Of([3], [0], ["a"])), StringComparison.Ordinal);
        Assert.Contains("Label 1", Refused(() => ClassificationReport.Of(ConfusionMatrix.Of([0], [0], ["a"]), [1])), StringComparison.Ordinal);
        Assert.Contains("2 entries for 1", Refused(() => MultiLabelReport.Of([[true, false]], [[true]], ["a"])), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationReport.Of(["a"], ["a"]).ToString(16));
    }

    [Theory]
    [InlineData(0.125, 2, "0.12")]
    [InlineData(0.375, 2, "0.38")]
    [InlineData(0.5, 0, "0")]
    [InlineData(1.5, 0, "2")]
    [InlineData(0.0625, 3, "0.062")]
    [InlineData(0.71875, 4, "0.7188")]
    [InlineData(0.115, 2, "0.12")]
    [InlineData(1, 4, "1.0000")]
    public void Ties_are_printed_to_even_as_in_Python(double value, int digits, string expected) =>
        Assert.Equal(expected, FixedPoint.Format(value, digits));

    [Fact]
    public void A_bootstrap_interval_is_the_seeds_and_holds_the_metric()
    {
        double[] right = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? 0.0 : 1.0)];
        BootstrapInterval interval = BootstrapInterval.Of(right.Length, sample => sample.Average(i => right[i]));
        Assert.Equal(interval, BootstrapInterval.Of(right.Length, sample => sample.Average(i => right[i])));
        Assert.InRange(interval.Low, 0.66, 0.72);
        Assert.InRange(interval.High, 0.78, 0.84);
    }

    private static string Refused(Func<object> call) => Assert.ThrowsAny<ArgumentException>(call).Message;
}
