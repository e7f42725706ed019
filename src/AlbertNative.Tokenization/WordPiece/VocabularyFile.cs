using System.Text.Unicode;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>
/// Reads a <c>vocab.txt</c>: a token a line, the line's number being its id. Blank lines count, of equal lines the last one;
/// a byte order mark is a part of the first token.
/// </summary>
internal static class VocabularyFile
{
    /// <summary>The file's name by custom.</summary>
    public const string Name = "vocab.txt";

    /// <summary>The tokens by id.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="semantics">
    /// Fast: lines end with LF, and white space at their ends is no part of the token. Slow: lines end with LF, CR or both,
    /// and everything else counts.
    /// </param>
    /// <param name="source">Its name for messages, or null.</param>
    /// <exception cref="TokenizerFormatException">It is not UTF-8.</exception>
    public static string[] Read(ReadOnlySpan<byte> utf8, TokenizerSemantics semantics, string? source)
    {
        if (!Utf8.IsValid(utf8))
            throw new TokenizerFormatException(source, "not UTF-8 text");
        List<string> tokens = [];
        while (!utf8.IsEmpty)
        {
            int end = semantics == TokenizerSemantics.Slow ? utf8.IndexOfAny((byte)'\n', (byte)'\r') : utf8.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? utf8 : utf8[..end];
            string token = System.Text.Encoding.UTF8.GetString(line);
            tokens.Add(semantics == TokenizerSemantics.Slow ? token : TrimEnd(token));
            if (end >= 0 && utf8[end..].StartsWith("\r\n"u8))
                end++;
            utf8 = end < 0 ? [] : utf8[(end + 1)..];
        }
        return [.. tokens];
    }

    private static string TrimEnd(string token)
    {
        int length = token.Length;
        while (length > 0 && UnicodeData.IsWhiteSpace(token[length - 1]))
            length--;
        return token[..length];
    }
}
