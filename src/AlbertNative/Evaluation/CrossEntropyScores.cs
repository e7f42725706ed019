using System.Numerics;

namespace AlbertNative.Evaluation;

/// <summary>
/// Cross entropy, perplexity and accuracy of guesses among a fixed number of classes, summed up one guess at a time:
/// masked tokens, the order of sentences.
/// </summary>
public sealed class CrossEntropyScores
{
    private double _sum;

    /// <summary>How many guesses were counted.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them were right.</summary>
    public int Correct { get; private set; }

    /// <summary>The mean of −ln p(right class); NaN of none.</summary>
    public double Loss => Count == 0 ? double.NaN : _sum / Count;

    /// <summary>e to the loss.</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>The share of guesses whose largest logit is the right class's; the lowest index of equal ones counts. NaN of none.</summary>
    public double Accuracy => Count == 0 ? double.NaN : (double)Correct / Count;

    /// <summary>Counts one guess.</summary>
    /// <param name="logits">One for each class.</param>
    /// <param name="label">The right class; −100 marks a place that is not asked about and counts nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="label"/> is no class.</exception>
    public void Add(ReadOnlySpan<float> logits, int label) => Add<float>(logits, label);

    /// <inheritdoc cref="Add(ReadOnlySpan{float}, int)"/>
    public void Add(ReadOnlySpan<double> logits, int label) => Add<double>(logits, label);

    private void Add<T>(ReadOnlySpan<T> logits, int label) where T : IBinaryFloatingPointIeee754<T>
    {
        const int Ignored = -100;
        if (label == Ignored)
            return;
        if ((uint)label >= (uint)logits.Length)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"There are {logits.Length} classes.");
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }
        double largest = double.CreateChecked(logits[best]);
        double sum = 0;
        foreach (T logit in logits)
            sum += Math.Exp(double.CreateChecked(logit) - largest);
        _sum += Math.Log(sum) + largest - double.CreateChecked(logits[label]);
        Count++;
        if (best == label)
            Correct++;
    }
}
