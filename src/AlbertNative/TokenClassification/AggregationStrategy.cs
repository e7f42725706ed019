namespace AlbertNative;

/// <summary>How the labels of tokens become entities, in the terms of Hugging Face's token-classification pipeline.</summary>
public enum AggregationStrategy
{
    /// <summary>One entity for each token.</summary>
    None,

    /// <summary>Neighbouring tokens with the same label join; <c>B-</c> begins a new entity.</summary>
    Simple,

    /// <summary>As <see cref="Simple"/>, but whole words: a word has the label of its first token.</summary>
    First,

    /// <summary>
    /// As <see cref="Simple"/>, but whole words: a word has the label that is best in the mean of its tokens'
    /// probabilities.
    /// </summary>
    Average,

    /// <summary>As <see cref="Simple"/>, but whole words: a word has the label of its most certain token.</summary>
    Max,
}
