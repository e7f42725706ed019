namespace AlbertNative.Annotations;

/// <summary>What a document assembler does to white space, by Spark NLP's names in lower case with underscores.</summary>
public enum CleanupMode
{
    /// <summary>Nothing.</summary>
    Disabled,

    /// <summary>Each white-space character becomes a space; the length stays.</summary>
    Inplace,

    /// <summary>The same, and each <c>\n</c> (with a <c>\r</c> before it) and <c>\t</c> that is written as a backslash and a letter.</summary>
    InplaceFull,

    /// <summary>Trimmed; each run of white space becomes a space.</summary>
    Shrink,

    /// <summary>The same, and each run of written <c>\n</c> or <c>\t</c>.</summary>
    ShrinkFull,

    /// <summary>A white-space character and a line feed or tabulator behind it become a space.</summary>
    Each,

    /// <summary>The same, and where the second is a written one.</summary>
    EachFull,

    /// <summary>Trimmed; written <c>\n</c> and <c>\t</c> are deleted.</summary>
    DeleteFull,
}
