namespace AlbertNative;

/// <summary>How the vectors of a word's tokens become the word's.</summary>
public enum WordPooling
{
    /// <summary>The vector of its first token.</summary>
    First,

    /// <summary>The mean of its tokens' vectors.</summary>
    Mean,
}
