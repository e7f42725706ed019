namespace AlbertNative;

/// <summary>How a <see cref="TextEmbedder"/> makes vectors; whatever is null follows sentence-transformers' files.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>As the model's files say; where they say nothing, the mean of the tokens, not normalised.</summary>
    public static EmbeddingOptions Default { get; } = new();

    /// <summary>How a text's tokens become one vector.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>
    /// Whether that vector is in the end scaled to Euclidean length 1; false leaves out the normalisation that the files
    /// end with.
    /// </summary>
    public bool? Normalize { get; init; }

    /// <summary>How the tokens of a word that the caller has split off become one vector.</summary>
    public WordPooling Words { get; init; } = WordPooling.First;
}
