namespace AlbertNative;

/// <summary>A text has more tokens than the model takes, and the task was not told to cut it.</summary>
public sealed class OverlongTextException : ArgumentException
{
    /// <summary>The tokens up to which those of a text that is refused are counted.</summary>
    internal const int MostCounted = 1 << 16;

    /// <summary>Describes the text by its length.</summary>
    /// <param name="tokenCount">The tokens it has, special tokens included.</param>
    /// <param name="maxLength">The tokens that there is room for.</param>
    /// <param name="isLonger">Whether it has more tokens than have been counted.</param>
    public OverlongTextException(int tokenCount, int maxLength, bool isLonger = false)
        : base($"the text has {(isLonger ? "more than " : "")}{tokenCount} tokens, the model takes {maxLength}")
    {
        TokenCount = tokenCount;
        MaxLength = maxLength;
    }

    /// <summary>The tokens that the text has, special tokens included; of a very long text, as many as were counted (65,536).</summary>
    public int TokenCount { get; }

    /// <summary>The tokens that there is room for.</summary>
    public int MaxLength { get; }
}
