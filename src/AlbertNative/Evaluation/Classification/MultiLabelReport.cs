namespace AlbertNative.Evaluation;

/// <summary>
/// Precision, recall and F1 where an example may have any number of labels, as scikit-learn has them. <c>ToString</c> gives
/// its text.
/// </summary>
public sealed class MultiLabelReport
{
    private MultiLabelReport(IReadOnlyList<LabelScores> labels, double subsetAccuracy, Scores samples)
    {
        Labels = labels;
        SubsetAccuracy = subsetAccuracy;
        Samples = samples;
        Micro = Scores.Micro(labels);
        Macro = Scores.Macro(labels);
        Weighted = Scores.Weighted(labels);
    }

    /// <summary>The scores of each label.</summary>
    public IReadOnlyList<LabelScores> Labels { get; }

    /// <summary>The share of examples of which every label is right: what scikit-learn calls the accuracy of such tasks.</summary>
    public double SubsetAccuracy { get; }

    /// <summary>The scores of the labels' summed counts.</summary>
    public Scores Micro { get; }

    /// <summary>The plain mean of the labels' scores.</summary>
    public Scores Macro { get; }

    /// <summary>The mean of the labels' scores weighted by their support.</summary>
    public Scores Weighted { get; }

    /// <summary>The plain mean of the examples' scores.</summary>
    public Scores Samples { get; }

    /// <summary>Compares sets of labels.</summary>
    /// <param name="truth">Examples × labels: whether the label is the example's.</param>
    /// <param name="predicted">Examples × labels: whether it was predicted (a probability above one half).</param>
    /// <param name="labels">The labels' names.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or an example's do from the labels.</exception>
    public static MultiLabelReport Of(
        IReadOnlyList<IReadOnlyList<bool>> truth, IReadOnlyList<IReadOnlyList<bool>> predicted, IReadOnlyList<string> labels)
    {
        Pairs.RequireEqualLength(truth, predicted, nameof(predicted));
        int[] correct = new int[labels.Count];
        int[] support = new int[labels.Count];
        int[] guessed = new int[labels.Count];
        int whole = 0;
        List<LabelScores> samples = new(truth.Count);
        for (int i = 0; i < truth.Count; i++)
        {
            RequireLabels(truth[i], i, labels, nameof(truth));
            RequireLabels(predicted[i], i, labels, nameof(predicted));
            LabelScores sample = Compare(truth[i], predicted[i], correct, guessed, support);
            samples.Add(sample);
            if (sample.Correct == sample.Support && sample.Correct == sample.Predicted)
                whole++;
        }
        return new(
            [.. labels.Select((label, i) => new LabelScores(label, correct[i], guessed[i], support[i]))],
            Scores.Ratio(whole, truth.Count), Scores.Macro(samples));
    }

    /// <summary>scikit-learn's text with two digits.</summary>
    public override string ToString() => ToString(2);

    /// <summary>scikit-learn's text.</summary>
    /// <param name="digits">Digits after the point, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is out of range.</exception>
    public string ToString(int digits)
    {
        ReportTable table = new(Labels, digits);
        table.Row("micro avg", Micro);
        table.Row("macro avg", Macro);
        table.Row("weighted avg", Weighted);
        table.Row("samples avg", Samples);
        return table.ToString();
    }

    private static LabelScores Compare(
        IReadOnlyList<bool> truth, IReadOnlyList<bool> predicted, int[] correct, int[] guessed, int[] support)
    {
        int both = 0, guesses = 0, supports = 0;
        for (int label = 0; label < truth.Count; label++)
        {
            if (truth[label] && predicted[label])
                (correct[label], both) = (correct[label] + 1, both + 1);
            if (predicted[label])
                (guessed[label], guesses) = (guessed[label] + 1, guesses + 1);
            if (truth[label])
                (support[label], supports) = (support[label] + 1, supports + 1);
        }
        return new("", both, guesses, supports);
    }

    private static void RequireLabels(IReadOnlyList<bool> example, int index, IReadOnlyList<string> labels, string parameter)
    {
        if (example.Count != labels.Count)
            throw new ArgumentException($"Example {index} has {example.Count} entries for {labels.Count} labels.", parameter);
    }
}
