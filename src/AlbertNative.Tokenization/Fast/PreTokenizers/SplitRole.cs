namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>What a pre-tokenizer does with a character wherever it stands.</summary>
internal enum SplitRole
{
    /// <summary>Nothing that could be said without its neighbours.</summary>
    Inside,

    /// <summary>It starts a new split.</summary>
    Starts,

    /// <summary>It is a split of its own.</summary>
    Alone,

    /// <summary>It parts the text before it from the text after it, and belongs to neither.</summary>
    Dropped,
}
