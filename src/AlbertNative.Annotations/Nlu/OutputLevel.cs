namespace AlbertNative.Annotations;

/// <summary>What a row of NLU's table stands for.</summary>
public enum OutputLevel
{
    /// <summary>A token, and its vector.</summary>
    Token,

    /// <summary>A sentence, and the vectors of its tokens.</summary>
    Sentence,

    /// <summary>A text, and all of its tokens' vectors.</summary>
    Document,
}
