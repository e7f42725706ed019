namespace AlbertNative;

/// <summary>A text has more tokens than the model takes, and the task was not told to cut it.</summary>
public sealed class OverlongTextException : ArgumentException
{
    /// <summary>Describes the text by its length.</summary>
    /// <param name="tokenCount">The tokens it has, special tokens included.</param>
    /// <param name="maxLength">The tokens that there is room for.</param>
    public OverlongTextException(int tokenCount, int maxLength)
        : base($"the text has {tokenCount} tokens, the model takes {maxLength}")
    {
        TokenCount = tokenCount;
        MaxLength = maxLength;
    }

    /// <summary>The tokens that the text has, special tokens included.</summary>
    public int TokenCount { get; }

    /// <summary>The tokens that there is room for.</summary>
    public int MaxLength { get; }
}
