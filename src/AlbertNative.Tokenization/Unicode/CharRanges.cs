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

    /// <summary>What Python's <c>str.split()</c> splits at; none is beyond U+FFFF.</summary>
    public static SearchValues<char> PythonWhiteSpace { get; } = SearchValues.Create(
        "\t\n\v\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A"
        + "\u2028\u2029\u202F\u205F\u3000");

    public static SearchValues<char> Between(char first, char last) =>
        SearchValues.Create([.. Enumerable.Range(first, last - first + 1).Select(code => (char)code)]);
}
