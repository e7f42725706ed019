using System.Xml.Linq;
using AlbertNative.Training;

namespace AlbertNative.Tests.Training;

public sealed class TrainingChartTests
{
    [Fact]
    public void Losses_and_the_metric_are_lines_over_the_updates()
    {
        XElement svg = XElement.Parse(TrainingChart.Draw(
        [
            Entry(10, ("loss", 2)), Entry(20, ("loss", 1)), Entry(20, ("eval_loss", 1.5), ("eval_f1", 0.25)), Entry(30, ("loss", 0.5)), Entry(40, ("eval_loss", 1), ("eval_f1", 0.5)),
        ], "f1"));
        string[] lines = [.. svg.Descendants().Where(element => element.Name.LocalName == "polyline").Select(line => line.Attribute("points")!.Value)];
        Assert.Equal([3, 2, 2], lines.Select(points => points.Split(' ').Length));
        double[][] loss = [.. lines[0].Split(' ').Select(point => point.Split(',').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];
        Assert.True(loss[0][0] < loss[1][0] && loss[1][0] < loss[2][0]);
        Assert.True(loss[0][1] < loss[1][1] && loss[1][1] < loss[2][1]);
        Assert.Contains(svg.Descendants(), element => element.Value == "f1");
    }

    [Fact]
    public void A_log_of_nothing_is_a_picture_of_nothing() =>
        Assert.DoesNotContain(XElement.Parse(TrainingChart.Draw([], "<&>")).Descendants(), element => element.Name.LocalName == "polyline");

    private static Dictionary<string, double> Entry(double step, params (string Key, double Value)[] values)
    {
        Dictionary<string, double> entry = new() { ["step"] = step };
        foreach ((string key, double value) in values)
            entry[key] = value;
        return entry;
    }
}
