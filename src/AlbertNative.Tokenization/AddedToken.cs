namespace AlbertNative.Tokenization;

/// <summary>A token that is found in the text itself, before the vocabulary is asked.</summary>
/// <param name="Content">The token as it is written.</param>
public sealed record AddedToken(string Content)
{
    /// <summary>Whether it swallows the white space on its left.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it swallows the white space on its right.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it counts only where it stands as a word of its own.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it is looked for in the normalised text rather than in the text as it was given.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether it is dropped when decoding without special tokens.</summary>
    public bool Special { get; init; }
}
