namespace AlbertNative.Tokenization;

/// <summary>Which end of a text gives up tokens where it is too long.</summary>
public enum TruncationSide
{
    /// <summary>Its end.</summary>
    Right,

    /// <summary>Its start.</summary>
    Left,
}
