namespace AlbertNative.Training;

/// <summary>
/// A linear-chain conditional random field (Lafferty et al., 2001) over the labels of a sentence's words:
/// score(x, y) = start(y₁) + Σₜ emission(t, yₜ) + Σₜ between(yₜ₋₁, yₜ) + end(yₙ), p(y | x) ∝ e^score. All in double precision.
/// </summary>
internal sealed class LinearChainCrf
{
    private readonly int _labels;

    /// <param name="labels">The number of labels.</param>
    public LinearChainCrf(int labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(labels);
        _labels = labels;
        Scores = new(new double[labels], new double[labels * labels], new double[labels]);
        Gradients = new(new double[labels], new double[labels * labels], new double[labels]);
    }

    /// <summary>The parameters; zero at first. <c>crf.start_transitions</c>, <c>crf.transitions</c>, <c>crf.end_transitions</c>.</summary>
    public TransitionScores Scores { get; }

    /// <summary>The gradients of the parameters, added up over calls of <see cref="AddGradients"/>.</summary>
    public TransitionScores Gradients { get; }

    /// <summary>ln Σ e^score over all sequences of labels: the forward algorithm.</summary>
    /// <param name="emissions">Tokens × labels, row-major.</param>
    public double LogPartition(ReadOnlySpan<double> emissions) => ChainSums.LogPartition(ChainSums.Forward(emissions, Scores), Scores);

    /// <summary>The score of one sequence of labels.</summary>
    public double Score(ReadOnlySpan<double> emissions, ReadOnlySpan<int> labels)
    {
        RequireLabels(emissions, labels);
        double score = Scores.Start[labels[0]] + Scores.End[labels[^1]];
        for (int token = 0; token < labels.Length; token++)
        {
            score += emissions[token * _labels + labels[token]];
            if (token > 0)
                score += Scores.Between[labels[token - 1] * _labels + labels[token]];
        }
        return score;
    }

    /// <summary>
    /// The loss of a sentence, −ln p(labels), of which the gradients times <paramref name="weight"/> are added: those of the
    /// parameters to <see cref="Gradients"/>, those of the emissions to <paramref name="emissionGradients"/>. Each is an
    /// expected count under the model minus the count in the labels.
    /// </summary>
    /// <param name="emissions">Tokens × labels, row-major; at least one token.</param>
    /// <param name="labels">The right label of each token.</param>
    /// <param name="weight">What the loss counts, such as one over the number of sentences.</param>
    /// <param name="emissionGradients">As many as emissions.</param>
    /// <returns>The loss, not weighted.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a label does not exist.</exception>
    public double AddGradients(ReadOnlySpan<double> emissions, ReadOnlySpan<int> labels, double weight, Span<double> emissionGradients)
    {
        RequireLabels(emissions, labels);
        if (emissionGradients.Length != emissions.Length)
            throw new ArgumentException($"{emissions.Length} gradients were expected, not {emissionGradients.Length}.", nameof(emissionGradients));
        double[] forward = ChainSums.Forward(emissions, Scores);
        double[] backward = ChainSums.Backward(emissions, Scores);
        double partition = ChainSums.LogPartition(forward, Scores);
        double loss = partition - Score(emissions, labels);
        for (int token = 0; token < labels.Length; token++)
        {
            for (int label = 0; label < _labels; label++)
            {
                int at = token * _labels + label;
                double gradient = weight * (Math.Exp(forward[at] + backward[at] - partition) - (label == labels[token] ? 1 : 0));
                emissionGradients[at] += gradient;
                if (token == 0)
                    Gradients.Start[label] += gradient;
                if (token == labels.Length - 1)
                    Gradients.End[label] += gradient;
            }
            if (token > 0)
                AddTransitions(emissions, labels, weight, token, forward, backward, partition);
        }
        return loss;
    }

    /// <summary>The best sequence of labels.</summary>
    public int[] Decode(ReadOnlySpan<double> emissions) => Viterbi.Decode(emissions, Scores);

    private void AddTransitions(
        ReadOnlySpan<double> emissions, ReadOnlySpan<int> labels, double weight, int token, double[] forward, double[] backward, double partition)
    {
        int before = (token - 1) * _labels, here = token * _labels;
        for (int from = 0; from < _labels; from++)
        {
            for (int to = 0; to < _labels; to++)
            {
                double expected = Math.Exp(
                    forward[before + from] + Scores.Between[from * _labels + to] + emissions[here + to] + backward[here + to] - partition);
                double found = labels[token - 1] == from && labels[token] == to ? 1 : 0;
                Gradients.Between[from * _labels + to] += weight * (expected - found);
            }
        }
    }

    private void RequireLabels(ReadOnlySpan<double> emissions, ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty || emissions.Length != labels.Length * _labels)
            throw new ArgumentException($"{labels.Length} tokens of {_labels} labels do not have {emissions.Length} scores.", nameof(emissions));
        foreach (int label in labels)
        {
            if ((uint)label >= (uint)_labels)
                throw new ArgumentException($"{label} is none of {_labels} labels.", nameof(labels));
        }
    }
}
