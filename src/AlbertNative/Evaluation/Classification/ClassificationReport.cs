namespace AlbertNative.Evaluation;

/// <summary>
/// Precision, recall and F1 of each label and their means, as scikit-learn's <c>classification_report</c> has them.
/// <c>ToString</c> gives its text.
/// </summary>
public sealed class ClassificationReport
{
    private readonly bool _isSubset;

    private ClassificationReport(ConfusionMatrix confusion, IReadOnlyList<int> labels)
    {
        Confusion = confusion;
        Labels =
        [
            .. labels.Select(label => new LabelScores(
                confusion.Labels[label], confusion[label, label], confusion.Predicted[label], confusion.Truth[label])),
        ];
        Micro = Scores.Micro(Labels);
        Macro = Scores.Macro(Labels);
        Weighted = Scores.Weighted(Labels);
        _isSubset = Occurring(confusion).Except(labels).Any();
    }

    /// <summary>The counts behind all figures.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The scores of each label.</summary>
    public IReadOnlyList<LabelScores> Labels { get; }

    /// <summary>The share of examples predicted rightly.</summary>
    public double Accuracy => Confusion.Accuracy;

    /// <summary>Matthews' correlation coefficient.</summary>
    public double Matthews => Confusion.Matthews;

    /// <summary>The scores of the labels' summed counts; the accuracy, where all labels that occur are reported.</summary>
    public Scores Micro { get; }

    /// <summary>The plain mean of the labels' scores.</summary>
    public Scores Macro { get; }

    /// <summary>The mean of the labels' scores weighted by their support.</summary>
    public Scores Weighted { get; }

    /// <summary>Compares labels given by name.</summary>
    /// <param name="truth">The true label of each example.</param>
    /// <param name="predicted">The predicted label of each.</param>
    /// <param name="labels">
    /// All labels in order, which are then reported even where they do not occur, and enter the means as 0; without it those
    /// that occur in truth or prediction, sorted by code unit.
    /// </param>
    /// <exception cref="ArgumentException">The lists differ in length, or a label is not among <paramref name="labels"/>.</exception>
    public static ClassificationReport Of(IReadOnlyList<string> truth, IReadOnlyList<string> predicted, IReadOnlyList<string>? labels = null)
    {
        ConfusionMatrix confusion = ConfusionMatrix.Of(truth, predicted, labels);
        return new(confusion, labels is null ? Occurring(confusion) : [.. Enumerable.Range(0, confusion.Labels.Count)]);
    }

    /// <summary>The report of counts.</summary>
    /// <param name="confusion">The counts.</param>
    /// <param name="labels">The numbers of the labels to report, in order; without it those that occur in truth or prediction.</param>
    /// <exception cref="ArgumentException">A number names no label.</exception>
    public static ClassificationReport Of(ConfusionMatrix confusion, IReadOnlyList<int>? labels = null)
    {
        labels ??= Occurring(confusion);
        foreach (int label in labels)
        {
            if ((uint)label >= (uint)confusion.Labels.Count)
                throw new ArgumentException($"Label {label} is none of the {confusion.Labels.Count} labels.", nameof(labels));
        }
        return new(confusion, labels);
    }

    /// <summary>scikit-learn's text with two digits.</summary>
    public override string ToString() => ToString(2);

    /// <summary>scikit-learn's text. Where a label that occurs is not reported, the accuracy gives way to the micro average.</summary>
    /// <param name="digits">Digits after the point, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is out of range.</exception>
    public string ToString(int digits)
    {
        // Where not one example is right, scikit-learn's counts are floating point numbers, and it shows.
        ReportTable table = new(Labels, digits, fractionalSupport: Confusion.Correct == 0);
        if (_isSubset)
            table.Row("micro avg", Micro);
        else
            table.Row("accuracy", Accuracy, Confusion.Total);
        table.Row("macro avg", Macro);
        table.Row("weighted avg", Weighted);
        return table.ToString();
    }

    private static int[] Occurring(ConfusionMatrix confusion) =>
    [
        .. Enumerable.Range(0, confusion.Labels.Count)
            .Where(label => confusion.Truth[label] > 0 || confusion.Predicted[label] > 0),
    ];
}
