using AlbertNative.Evaluation;

namespace AlbertNative;

/// <summary>What it scores to begin with a label, to go from one to the next, and to end with one.</summary>
public sealed class TransitionScores
{
    /// <param name="start">For each label, to be the first.</param>
    /// <param name="between">From each label (row) to each label (column), row-major.</param>
    /// <param name="end">For each label, to be the last.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public TransitionScores(double[] start, double[] between, double[] end)
    {
        if (end.Length != start.Length || between.Length != start.Length * start.Length)
        {
            throw new ArgumentException(
                $"{start.Length} labels need {start.Length * start.Length} transitions and {start.Length} ends, not {between.Length} and {end.Length}.", nameof(between));
        }
        (Start, Between, End) = (start, between, end);
    }

    /// <summary>The number of labels.</summary>
    public int Count => Start.Length;

    /// <summary>For each label, to be the first.</summary>
    public double[] Start { get; }

    /// <summary>From each label (row) to each label (column), row-major.</summary>
    public double[] Between { get; }

    /// <summary>For each label, to be the last.</summary>
    public double[] End { get; }

    /// <summary>
    /// 0 for what a scheme of tags allows, −∞ for what it does not: decoding with these gives only sequences whose entities
    /// are whole.
    /// </summary>
    /// <param name="labels">The tags, such as <c>B-PER</c>.</param>
    /// <param name="scheme">IOB2, or IOBES.</param>
    /// <exception cref="ArgumentException">A tag does not follow the scheme, or another scheme is asked for.</exception>
    public static TransitionScores Of(IReadOnlyList<string> labels, TagScheme scheme)
    {
        string prefixes = scheme switch
        {
            TagScheme.Iob2 => "OBI",
            TagScheme.Iobes => "OBIES",
            _ => throw new ArgumentException($"Decoding is constrained by IOB2 or IOBES, not by {scheme}.", nameof(scheme)),
        };
        int count = labels.Count;
        double[] start = new double[count], between = new double[count * count], end = new double[count];
        for (int from = 0; from < count; from++)
        {
            (char prefix, string type) = Split(labels[from], prefixes, scheme);
            start[from] = Continues(prefix) ? double.NegativeInfinity : 0;
            end[from] = scheme == TagScheme.Iobes && Expects(prefix) ? double.NegativeInfinity : 0;
            for (int to = 0; to < count; to++)
            {
                (char next, string nextType) = Split(labels[to], prefixes, scheme);
                bool open = scheme == TagScheme.Iobes ? Expects(prefix) : prefix != 'O';
                bool allowed = Continues(next) ? open && type == nextType : scheme == TagScheme.Iob2 || !open;
                between[from * count + to] = allowed ? 0 : double.NegativeInfinity;
            }
        }
        return new(start, between, end);
    }

    /// <summary>Whether a tag goes on with the entity before it.</summary>
    private static bool Continues(char prefix) => prefix is 'I' or 'E';

    /// <summary>Whether, in IOBES, another tag of the entity has to follow.</summary>
    private static bool Expects(char prefix) => prefix is 'B' or 'I';

    private static (char Prefix, string Type) Split(string label, string prefixes, TagScheme scheme)
    {
        if (label == "O")
            return ('O', "");
        return label.Length > 2 && label[1] == '-' && label[0] != 'O' && prefixes.Contains(label[0], StringComparison.Ordinal)
            ? (label[0], label[2..])
            : throw new ArgumentException($"'{label}' is no tag of {scheme.ToString().ToUpperInvariant()}.", nameof(label));
    }
}
