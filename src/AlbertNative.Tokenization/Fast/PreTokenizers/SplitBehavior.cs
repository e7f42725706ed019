namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>What becomes of the characters that a pre-tokenizer splits at.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a split of its own.</summary>
    Isolated,

    /// <summary>Each ends the split before it; a second one in a row is a split of its own.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the split after it; one that another follows is a split of its own.</summary>
    MergedWithNext,

    /// <summary>Neighbours are one split together.</summary>
    Contiguous,
}
