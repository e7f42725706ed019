namespace AlbertNative.Evaluation;

/// <summary>How often each true label was predicted as each label.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    private ConfusionMatrix(IReadOnlyList<string> labels, int[,] counts)
    {
        Labels = labels;
        _counts = counts;
        int count = labels.Count;
        int[] truth = new int[count];
        int[] predicted = new int[count];
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < count; column++)
            {
                truth[row] += counts[row, column];
                predicted[column] += counts[row, column];
            }
            Correct += counts[row, row];
        }
        Truth = truth;
        Predicted = predicted;
        Total = truth.Sum();
    }

    /// <summary>The labels, in the order of rows and columns.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How many examples are of each label: the sums of the rows.</summary>
    public IReadOnlyList<int> Truth { get; }

    /// <summary>How often each label was predicted: the sums of the columns.</summary>
    public IReadOnlyList<int> Predicted { get; }

    /// <summary>How many examples there are.</summary>
    public int Total { get; }

    /// <summary>How many were predicted rightly: the sum of the diagonal.</summary>
    public int Correct { get; }

    /// <summary>The share predicted rightly; 0 of nothing.</summary>
    public double Accuracy => Scores.Ratio(Correct, Total);

    /// <summary>
    /// Matthews' correlation coefficient for any number of labels (Gorodkin's R_K):
    /// (c·s − Σ p·t) / √((s² − Σ p²)(s² − Σ t²)); 0 where the root is 0.
    /// </summary>
    public double Matthews
    {
        get
        {
            Int128 both = 0, predicted = 0, truth = 0;
            for (int label = 0; label < Labels.Count; label++)
            {
                both += (Int128)Predicted[label] * Truth[label];
                predicted += (Int128)Predicted[label] * Predicted[label];
                truth += (Int128)Truth[label] * Truth[label];
            }
            Int128 square = (Int128)Total * Total;
            return Scores.Ratio(
                (double)((Int128)Correct * Total - both), Math.Sqrt((double)(square - predicted) * (double)(square - truth)));
        }
    }

    /// <summary>How many examples of the label <paramref name="truth"/> were predicted as <paramref name="predicted"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such label.</exception>
    public int this[int truth, int predicted] => _counts[truth, predicted];

    /// <summary>Counts pairs of labels given by number.</summary>
    /// <param name="truth">The true label of each example.</param>
    /// <param name="predicted">The predicted label of each.</param>
    /// <param name="labels">The labels' names.</param>
    /// <exception cref="ArgumentException">The lists differ in length, a number names no label, or a name comes twice.</exception>
    public static ConfusionMatrix Of(IReadOnlyList<int> truth, IReadOnlyList<int> predicted, IReadOnlyList<string> labels)
    {
        Pairs.RequireEqualLength(truth, predicted, nameof(predicted));
        IndexOf(labels);
        int[,] counts = new int[labels.Count, labels.Count];
        for (int i = 0; i < truth.Count; i++)
            counts[Checked(truth, i, labels, nameof(truth)), Checked(predicted, i, labels, nameof(predicted))]++;
        return new(labels, counts);
    }

    /// <summary>Counts pairs of labels given by name.</summary>
    /// <param name="truth">The true label of each example.</param>
    /// <param name="predicted">The predicted label of each.</param>
    /// <param name="labels">All labels in order; without it those that occur, sorted by code unit.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a label is not among <paramref name="labels"/>.</exception>
    public static ConfusionMatrix Of(IReadOnlyList<string> truth, IReadOnlyList<string> predicted, IReadOnlyList<string>? labels = null)
    {
        labels ??= [.. truth.Concat(predicted).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = IndexOf(labels);
        int Number(string label, int index, string parameter) => numbers.TryGetValue(label, out int number)
            ? number
            : throw new ArgumentException($"Label '{label}' of example {index} is none of the {labels.Count} labels.", parameter);
        return Of(
            [.. truth.Select((label, index) => Number(label, index, nameof(truth)))],
            [.. predicted.Select((label, index) => Number(label, index, nameof(predicted)))],
            labels);
    }

    /// <summary>
    /// The same counts of at most <paramref name="count"/> labels: the most frequent ones in their order, the others summed up
    /// as one last label.
    /// </summary>
    /// <param name="count">How many labels may be left, 2 or more.</param>
    /// <param name="others">What the last one is then called.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 2.</exception>
    public ConfusionMatrix Condense(int count, string others = "(others)")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        if (Labels.Count <= count)
            return this;
        int[] kept = [.. Enumerable.Range(0, Labels.Count).OrderByDescending(label => Truth[label] + Predicted[label]).Take(count - 1).Order()];
        int[] place = new int[Labels.Count];
        Array.Fill(place, count - 1);
        for (int i = 0; i < kept.Length; i++)
            place[kept[i]] = i;
        int[,] counts = new int[count, count];
        for (int truth = 0; truth < Labels.Count; truth++)
        {
            for (int predicted = 0; predicted < Labels.Count; predicted++)
                counts[place[truth], place[predicted]] += _counts[truth, predicted];
        }
        return new([.. kept.Select(label => Labels[label]), others], counts);
    }

    private static Dictionary<string, int> IndexOf(IReadOnlyList<string> labels)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        for (int i = 0; i < labels.Count; i++)
        {
            if (!numbers.TryAdd(labels[i], i))
                throw new ArgumentException($"Label '{labels[i]}' comes twice.", nameof(labels));
        }
        return numbers;
    }

    private static int Checked(IReadOnlyList<int> labels, int index, IReadOnlyList<string> names, string parameter) =>
        (uint)labels[index] < (uint)names.Count
            ? labels[index]
            : throw new ArgumentException($"Label {labels[index]} of example {index} is none of the {names.Count} labels.", parameter);
}
