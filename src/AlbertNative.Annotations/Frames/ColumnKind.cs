namespace AlbertNative.Annotations;

/// <summary>What a column holds.</summary>
public enum ColumnKind
{
    /// <summary>Anything: what the caller has put there. Stages read strings, lists of strings and maps of strings.</summary>
    Value,

    /// <summary>Lists of <see cref="Annotation"/>.</summary>
    Annotations,

    /// <summary>Strings.</summary>
    Text,

    /// <summary>Lists of strings.</summary>
    Texts,

    /// <summary>Lists of vectors: <c>ReadOnlyMemory&lt;float&gt;</c>.</summary>
    Vectors,

    /// <summary>Lists of pairs of a key and a value: <c>KeyValuePair&lt;string, string?&gt;</c>.</summary>
    Pairs,
}
