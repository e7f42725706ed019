namespace AlbertNative.Tokenization;

/// <summary>Which side of a pair gives up tokens when the whole is longer than <see cref="EncodeOptions.MaxLength"/>.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer side, until both are equally long; then both.</summary>
    LongestFirst,

    /// <summary>Only the first text.</summary>
    OnlyFirst,

    /// <summary>Only the second text.</summary>
    OnlySecond,
}
