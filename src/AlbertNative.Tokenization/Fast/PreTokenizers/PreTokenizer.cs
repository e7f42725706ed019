namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>One step of a <c>tokenizer.json</c>'s pre-tokenizer. Immutable.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Splits every split further; it may rewrite the text. Added tokens stay as they are.</summary>
    public abstract void Apply(AlignedText text, SplitList splits);

    /// <summary>Whether a normalized character always starts a new split, or is white space between two.</summary>
    public abstract bool StartsSplit(char character);

    /// <summary>Whether what it does to a split depends on where that stands in the caller's text.</summary>
    public virtual bool DependsOnPosition => false;

    /// <summary>Its kind and what it was told, the same for those that do the same.</summary>
    public abstract override string ToString();
}
