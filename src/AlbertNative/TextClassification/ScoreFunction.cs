namespace AlbertNative;

/// <summary>What makes scores of a classifier's logits.</summary>
public enum ScoreFunction
{
    /// <summary>Each label for itself: 1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>One label of all: exp(x_i) / Σ exp(x_j).</summary>
    Softmax,

    /// <summary>The logits as they are.</summary>
    None,
}
