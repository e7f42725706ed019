using System.Globalization;
using System.Text;

namespace AlbertNative.Evaluation;

/// <summary>
/// The text table of scikit-learn's and seqeval's <c>classification_report</c>, character for character.
/// </summary>
internal sealed class ReportTable
{
    private const int CellWidth = 9;
    private const string WidestAverage = "weighted avg";

    private readonly StringBuilder _text = new();
    private readonly int _nameWidth;
    private readonly int _digits;
    private readonly bool _fractionalSupport;

    /// <summary>Begins with the head and a line for each label; those of the means are to follow.</summary>
    /// <param name="labels">The labels, whose names set the first column's width.</param>
    /// <param name="digits">Digits after the point.</param>
    /// <param name="fractionalSupport">Whether supports are printed as <c>7.0</c>.</param>
    public ReportTable(IReadOnlyList<LabelScores> labels, int digits, bool fractionalSupport = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 15);
        _digits = digits;
        _fractionalSupport = fractionalSupport;
        _nameWidth = labels.Select(label => CodePoints(label.Label)).Append(WidestAverage.Length).Append(digits).Max();
        Row("", "precision", "recall", "f1-score", "support");
        Blank();
        foreach (LabelScores label in labels)
            Row(label.Label, label.Scores);
        Blank();
    }

    public void Row(string name, Scores scores) =>
        Row(name, Number(scores.Precision), Number(scores.Recall), Number(scores.F1), Count(scores.Support));

    /// <summary>A line whose precision and recall are left out: the accuracy.</summary>
    public void Row(string name, double value, int support) => Row(name, "", "", Number(value), Count(support));

    public override string ToString() => _text.ToString();

    private void Row(string name, params ReadOnlySpan<string> cells)
    {
        _text.Append(' ', _nameWidth - CodePoints(name)).Append(name).Append(' ');
        foreach (string cell in cells)
            _text.Append(' ').Append(cell.PadLeft(CellWidth));
        Blank();
    }

    private void Blank() => _text.Append('\n');

    private string Count(int count) =>
        count.ToString(CultureInfo.InvariantCulture) + (_fractionalSupport ? ".0" : "");

    private string Number(double value) => FixedPoint.Format(value, _digits);

    private static int CodePoints(string text) => text.EnumerateRunes().Count();
}
