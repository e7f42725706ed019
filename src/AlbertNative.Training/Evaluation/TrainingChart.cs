using System.Globalization;
using System.Text;

namespace AlbertNative.Training;

/// <summary>The course of a training as a picture (SVG): the losses over the updates, and below them the main metric.</summary>
public static class TrainingChart
{
    private const int Width = 720;
    private const int PanelHeight = 220;
    private const int Left = 64;
    private const int Right = 24;
    private const int Top = 36;

    /// <summary>The picture of a log of <c>trainer_state.json</c>.</summary>
    /// <param name="log">Its entries.</param>
    /// <param name="metric">The metric that is drawn beside the losses, without <c>eval_</c>.</param>
    public static string Draw(IReadOnlyList<IReadOnlyDictionary<string, double>> log, string metric)
    {
        ArgumentNullException.ThrowIfNull(log);
        List<(double Step, double Value)> train = Series(log, "loss"), dev = Series(log, "eval_loss"), main = Series(log, "eval_" + metric);
        bool drawsMetric = main.Count > 0 && metric != "loss";
        double last = train.Concat(dev).Concat(main).Select(point => point.Step).DefaultIfEmpty(1).Max();
        int height = Top + PanelHeight * (drawsMetric ? 2 : 1) + 16;
        StringBuilder svg = new();
        SvgText.Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">");
        SvgText.Line(svg, $"<title>Losses and {SvgText.Escape(metric)} over {last} updates</title>");
        SvgText.Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        DrawPanel(svg, Top, last, [("training loss", "#084594", train), ("development loss", "#d94801", dev)]);
        if (drawsMetric)
            DrawPanel(svg, Top + PanelHeight, last, [(metric, "#238b45", main)]);
        SvgText.Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static List<(double Step, double Value)> Series(IReadOnlyList<IReadOnlyDictionary<string, double>> log, string key) =>
        [.. log.Where(entry => entry.ContainsKey(key) && entry.ContainsKey("step")).Select(entry => (entry["step"], entry[key]))];

    private static void DrawPanel(StringBuilder svg, int top, double last, (string Name, string Colour, List<(double Step, double Value)> Points)[] series)
    {
        double[] values = [.. series.SelectMany(line => line.Points).Select(point => point.Value)];
        (double low, double high) = values.Length == 0 ? (0, 1) : (values.Min(), values.Max());
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
            (low, high) = (low - 0.5, high + 0.5);
        int bottom = top + PanelHeight - 44, right = Width - Right;
        double X(double step) => Left + step / Math.Max(1, last) * (right - Left);
        double Y(double value) => bottom - (value - low) / (high - low) * (bottom - top);
        SvgText.Line(svg, $"<path d=\"M{Left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#888\"/>");
        for (int tick = 0; tick <= 4; tick++)
        {
            double value = low + (high - low) * tick / 4, step = last * tick / 4;
            SvgText.Line(svg, $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value:G3}</text>");
            SvgText.Line(svg, $"<text x=\"{X(step):F1}\" y=\"{bottom + 16}\" text-anchor=\"middle\">{step:F0}</text>");
        }
        int legend = Left;
        foreach ((string name, string colour, List<(double Step, double Value)> points) in series.Where(line => line.Points.Count > 0))
        {
            string path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Step):F1},{Y(point.Value):F1}")));
            SvgText.Line(svg, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");
            foreach ((double step, double value) in points.Where(_ => points.Count <= 40))
                SvgText.Line(svg, $"<circle cx=\"{X(step):F1}\" cy=\"{Y(value):F1}\" r=\"2.5\" fill=\"{colour}\"><title>{step:F0}: {value:G6}</title></circle>");
            SvgText.Line(svg, $"<text x=\"{legend}\" y=\"{top - 10}\" fill=\"{colour}\">{SvgText.Escape(name)}</text>");
            legend += 16 + 7 * name.Length;
        }
    }
}
