namespace AlbertNative.Evaluation;

/// <summary>What ALBERT's pre-training reports: masked tokens and the order of sentences.</summary>
public sealed class PreTrainingScores
{
    /// <summary>Of the masked tokens.</summary>
    public CrossEntropyScores MaskedTokens { get; } = new();

    /// <summary>Of the pairs of segments: class 0 in order, 1 swapped.</summary>
    public CrossEntropyScores SentenceOrder { get; } = new();

    /// <summary>The two losses together, as training sums them.</summary>
    public double Loss => MaskedTokens.Loss + SentenceOrder.Loss;
}
