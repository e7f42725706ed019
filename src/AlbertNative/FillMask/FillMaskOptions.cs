namespace AlbertNative;

/// <summary>What to ask of a <see cref="MaskFiller"/>.</summary>
public sealed record FillMaskOptions
{
    /// <summary>The five best tokens of the whole vocabulary.</summary>
    public static FillMaskOptions Default { get; } = new();

    /// <summary>
    /// How many tokens to return for each mask. What a model has behind its vocabulary, to fill it up, is scored and not returned.
    /// </summary>
    public int TopK { get; init; } = 5;

    /// <summary>
    /// The only candidates, where not null: each as the vocabulary spells it, else the first token that the
    /// tokenizer makes of it (<see cref="MaskFiller.ResolveTarget"/>). Scores stay those among the whole vocabulary.
    /// </summary>
    public IReadOnlyCollection<string>? Targets { get; init; }
}
