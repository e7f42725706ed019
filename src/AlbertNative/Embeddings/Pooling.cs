namespace AlbertNative;

/// <summary>How the vectors of a text's tokens, <c>[CLS]</c> and <c>[SEP]</c> included, become one vector.</summary>
/// <remarks>The formulas of sentence-transformers' <c>Pooling</c> module, and the model's own pooler.</remarks>
public enum Pooling
{
    /// <summary>The arithmetic mean of the tokens' vectors.</summary>
    Mean,

    /// <summary>The first token's vector: <c>[CLS]</c>.</summary>
    Cls,

    /// <summary>The largest value of each dimension.</summary>
    Max,

    /// <summary>The sum of the tokens' vectors, divided by the square root of their number.</summary>
    MeanSqrtLen,

    /// <summary>The mean of the tokens' vectors, each weighted by its position, counted from 1 (SGPT, arXiv:2202.08904).</summary>
    WeightedMean,

    /// <summary>The last token's vector: <c>[SEP]</c>.</summary>
    LastToken,

    /// <summary>The pooled output, tanh(W·<c>[CLS]</c> + b): only for checkpoints that have a pooler.</summary>
    Pooler,
}
