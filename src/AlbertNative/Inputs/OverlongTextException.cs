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

    /// <summary>Describes a text that has more tokens than there is room for, of which no more were counted.</summary>
    /// <param name="message">What is said of it.</param>
    /// <param name="maxLength">The tokens that there is room for.</param>
    internal OverlongTextException(string message, int maxLength)
        : base(message) => TokenCount = MaxLength = maxLength;

    /// <summary>The tokens that the text has, special tokens included; or as many of them as were counted: 65,536 of a very long text,
    /// <see cref="MaxLength"/> of a sentence of an annotator's.</summary>
    public int TokenCount { get; }

    /// <summary>The tokens that there is room for.</summary>
    public int MaxLength { get; }
}
