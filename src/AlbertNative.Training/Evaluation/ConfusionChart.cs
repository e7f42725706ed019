using System.Globalization;
using System.Text;
using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>A confusion matrix as a picture (SVG): a row for each true label, darker where more of it was predicted.</summary>
public static class ConfusionChart
{
    private const int Cell = 44;
    private const int Letter = 7;
    private const int Margin = 12;
    private const int LongestLabel = 28;

    /// <summary>The picture of at most <paramref name="labels"/> labels, the rarest summed up in one.</summary>
    public static string Draw(ConfusionMatrix confusion, int labels = 20)
    {
        ConfusionMatrix shown = confusion.Condense(labels);
        int count = shown.Labels.Count;
        string[] names = [.. shown.Labels.Select(Shorten)];
        int side = Margin * 2 + Letter * names.Append("").Max(name => name.Length);
        StringBuilder svg = new();
        int width = side + count * Cell + Margin, height = side + count * Cell + Margin;
        SvgText.Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">");
        SvgText.Line(svg, $"<title>Confusion matrix: rows are true labels, columns predicted ones</title>");
        SvgText.Line(svg, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
        for (int i = 0; i < count; i++)
        {
            int middle = side + i * Cell + Cell / 2;
            SvgText.Line(svg, $"<text x=\"{side - 8}\" y=\"{middle + 4}\" text-anchor=\"end\">{SvgText.Escape(names[i])}</text>");
            SvgText.Line(svg, $"<text transform=\"translate({middle + 4} {side - 8}) rotate(-90)\">{SvgText.Escape(names[i])}</text>");
        }
        for (int truth = 0; truth < count; truth++)
        {
            for (int predicted = 0; predicted < count; predicted++)
                DrawCell(svg, shown, truth, predicted, side);
        }
        SvgText.Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawCell(StringBuilder svg, ConfusionMatrix shown, int truth, int predicted, int side)
    {
        int number = shown[truth, predicted];
        double share = shown.Truth[truth] == 0 ? 0 : (double)number / shown.Truth[truth];
        // From white to a dark blue; the diagonal is the goal, so it has the same scale as the errors.
        int Mix(int dark) => (int)Math.Round(255 + share * (dark - 255));
        (int x, int y) = (side + predicted * Cell, side + truth * Cell);
        string title = string.Create(CultureInfo.InvariantCulture, $"{shown.Labels[truth]} taken for {shown.Labels[predicted]}: {number} ({share * 100:F1} %)");
        SvgText.Line(svg, $"<g><title>{SvgText.Escape(title)}</title><rect x=\"{x}\" y=\"{y}\" width=\"{Cell}\" height=\"{Cell}\" fill=\"rgb({Mix(8)},{Mix(69)},{Mix(148)})\" stroke=\"#ddd\"/>");
        if (number > 0)
            SvgText.Line(svg, $"<text x=\"{x + Cell / 2}\" y=\"{y + Cell / 2 + 4}\" text-anchor=\"middle\" fill=\"{(share > 0.5 ? "#fff" : "#000")}\">{number}</text>");
        SvgText.Line(svg, $"</g>");
    }

    private static string Shorten(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";
}
