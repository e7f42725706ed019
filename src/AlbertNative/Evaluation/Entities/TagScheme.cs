namespace AlbertNative.Evaluation;

/// <summary>How the prefixes of tags mark where entities begin and end.</summary>
public enum TagScheme
{
    /// <summary><c>I</c> inside; <c>B</c> only where an entity follows another of its type at once.</summary>
    Iob1,

    /// <summary><c>B</c> begins every entity, <c>I</c> continues it: CoNLL's.</summary>
    Iob2,

    /// <summary><c>I</c> inside; <c>E</c> only where another of its type follows at once.</summary>
    Ioe1,

    /// <summary><c>E</c> ends every entity.</summary>
    Ioe2,

    /// <summary><c>B</c>, <c>I</c>, <c>E</c>, and <c>S</c> for entities of one token.</summary>
    Iobes,

    /// <summary><c>B</c>, <c>I</c>, <c>L</c>, and <c>U</c> for entities of one token.</summary>
    Bilou,
}
