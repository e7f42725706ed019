using System.Buffers;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// Ranges of chars to search for. The framework's searches by first and last char box both until they are optimised;
/// these never allocate.
/// </summary>
internal static class CharRanges
{
    public static SearchValues<char> Ascii { get; } = Between('\0', '\x7F');

    public static SearchValues<char> Surrogates { get; } = Between('\uD800', '\uDFFF');

    public static SearchValues<char> Between(char first, char last) =>
        SearchValues.Create([.. Enumerable.Range(first, last - first + 1).Select(code => (char)code)]);
}
