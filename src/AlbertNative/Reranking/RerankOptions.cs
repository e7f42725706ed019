namespace AlbertNative;

/// <summary>What to ask of a <see cref="Reranker"/>.</summary>
public sealed record RerankOptions
{
    /// <summary>Every text, scored as the model's files say.</summary>
    public static RerankOptions Default { get; } = new();

    /// <summary>How many texts to return, the best ones; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// What makes a score of the logit: <see cref="ScoreFunction.Sigmoid"/>, or <see cref="ScoreFunction.None"/> for the logit
    /// itself. Null for what the model's files say, and the sigmoid where they say nothing. The order is the same with both.
    /// </summary>
    public ScoreFunction? Function { get; init; }

    /// <summary>Whether of a pair that is too long the text alone is cut, where the task cuts; else whichever of both is longer.</summary>
    public bool KeepsQuery { get; init; }
}
