namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>How the characters at the ends of a stretch may act together with their neighbours in one step.</summary>
[Flags]
internal enum Coupling
{
    /// <summary>Whatever stands beside them, they come out the same and change nothing else.</summary>
    None = 0,

    /// <summary>The first may join what is before it, whatever that is.</summary>
    Before = 1 << 0,

    /// <summary>The first may join its like before it, such as one part of a syllable another.</summary>
    Kin = 1 << 1,

    /// <summary>The last may join what is after it.</summary>
    After = 1 << 2,

    /// <summary>They occur in a pattern of several characters, so two such neighbours may be a match.</summary>
    Pattern = 1 << 3,

    /// <summary>They are of a run that shrinks to one of them, so two such neighbours may become one.</summary>
    Run = 1 << 4,
}

/// <summary>One step of a <c>tokenizer.json</c>'s normalizer. Immutable.</summary>
internal abstract class Normalizer
{
    /// <summary>
    /// Whether the step treats a stretch in the same way wherever it stands, once <see cref="CouplingOf"/> has excluded
    /// its neighbours; only then can words be normalized (and remembered) one by one.
    /// </summary>
    public virtual bool IsLocal => true;

    /// <summary>
    /// Whether every character comes out as it would alone, whatever stands around it, and vanishes without a trace where
    /// it comes out as nothing; marks in a row may change places.
    /// </summary>
    public virtual bool IsCharacterwise => false;

    /// <summary>Applies the step.</summary>
    public abstract void Apply(AlignedText text);

    /// <summary>What the outermost of <paramref name="chars"/>, the step's input, have to do with their neighbours.</summary>
    public virtual Coupling CouplingOf(ReadOnlySpan<char> chars) => Coupling.None;

    /// <summary>Its kind and what it was told, the same for those that do the same.</summary>
    public abstract override string ToString();
}
