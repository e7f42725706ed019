using System.Text.Json;
using AlbertNative.Evaluation;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Evaluation;

/// <summary>Reads the goldens of metrics, and keeps the largest difference of figures.</summary>
internal sealed class MetricGolden
{
    private const double Rounding = 1e-12;

    private double _largest;
    private string _where = "";

    public static IEnumerable<JsonElement> Read(string name) =>
        GoldenLines.Read(SharedFolder.Require("goldens", "training", "metrics", name));

    /// <summary>Both finite figures within rounding of each other; JSON's null stands for NaN.</summary>
    public void Compare(JsonElement expected, double actual, string what)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.True(double.IsNaN(actual), $"{what}: {actual} instead of NaN");
            return;
        }
        double value = expected.GetDouble();
        double difference = Math.Abs(value - actual) / Math.Max(1, Math.Abs(value));
        Assert.True(difference <= Rounding, $"{what}: {actual:R} instead of {value:R}");
        if (difference > _largest)
            (_largest, _where) = (difference, what);
    }

    public void Compare(JsonElement expected, Scores actual, string what)
    {
        Compare(expected[0], actual.Precision, what + ".precision");
        Compare(expected[1], actual.Recall, what + ".recall");
        Compare(expected[2], actual.F1, what + ".f1");
    }

    public void Compare(JsonElement expected, IReadOnlyList<double> actual, string what)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        for (int i = 0; i < actual.Count; i++)
            Compare(expected[i], actual[i], $"{what}[{i}]");
    }

    public void Report(string metric, int cases)
    {
        Assert.NotEqual(0, cases);
        TestContext.Current.TestOutputHelper?.WriteLine($"{metric}: {cases} cases, largest difference {_largest:E1} ({_where})");
    }
}
