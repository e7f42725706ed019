namespace AlbertNative.Tokenization;

/// <summary>A stretch [<paramref name="Start"/>, <paramref name="End"/>) of the caller's string, in UTF-16 units.</summary>
/// <param name="Start">Index of the first unit.</param>
/// <param name="End">Index after the last unit; never inside a surrogate pair.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Number of UTF-16 units.</summary>
    public int Length => End - Start;
}
