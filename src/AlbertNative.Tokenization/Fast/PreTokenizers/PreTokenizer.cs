namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>One step of a <c>tokenizer.json</c>'s pre-tokenizer. Immutable.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Splits every split further; it may rewrite the text. Added tokens stay as they are.</summary>
    public abstract void Apply(AlignedText text, SplitList splits);

    /// <summary>What it does with a normalized character in any text.</summary>
    public abstract SplitRole RoleOf(char character);

    /// <summary>Whether what it does to a split depends on where that stands in the caller's text.</summary>
    public virtual bool DependsOnPosition => false;

    /// <summary>Its kind and what it was told, the same for those that do the same.</summary>
    public abstract override string ToString();
}
