namespace AlbertNative.Training;

/// <summary>What a quotation mark means in a file of separated values.</summary>
public enum Quoting
{
    /// <summary>Nothing: it is a character like any other.</summary>
    None,

    /// <summary>A field that begins with one goes on to the next that is not doubled (RFC 4180).</summary>
    Csv,
}
