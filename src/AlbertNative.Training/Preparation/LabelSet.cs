namespace AlbertNative.Training;

/// <summary>The labels that a training set has, in the model's order where they are the model's, else sorted by code unit, and their numbers.</summary>
internal sealed class LabelSet
{
    private readonly Dictionary<string, int> _numbers;

    /// <param name="labels">All labels of the training set, as often as they stand in it.</param>
    /// <param name="known">The labels of the model that is trained on, whose head knows them by their numbers; null for none.</param>
    public LabelSet(IEnumerable<string> labels, IReadOnlyList<string>? known = null)
    {
        string[] sorted = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Names = known is not null && sorted.SequenceEqual(known.Order(StringComparer.Ordinal)) ? [.. known] : sorted;
        _numbers = Names.Select((label, number) => (label, number)).ToDictionary(pair => pair.label, pair => pair.number, StringComparer.Ordinal);
    }

    /// <summary>The labels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of a label.</summary>
    /// <param name="label">The label.</param>
    /// <param name="kind">What it is called in the message: <c>label</c> or <c>tag</c>.</param>
    /// <param name="path">Its file.</param>
    /// <param name="line">Its line.</param>
    /// <exception cref="DataFormatException">The training set does not have it.</exception>
    public int NumberOf(string label, string kind, string path, int line) => _numbers.TryGetValue(label, out int number)
        ? number
        : throw new DataFormatException(path, line, null, $"the {kind} '{label}' does not occur in the training data");

    /// <summary>How often each stands among these, in the labels' order.</summary>
    public KeyValuePair<string, int>[] CountsOf(IEnumerable<string> labels)
    {
        int[] counts = new int[Names.Count];
        foreach (string label in labels)
            counts[_numbers[label]]++;
        return [.. Names.Zip(counts, KeyValuePair.Create)];
    }
}
