using AlbertNative.Tokenization.Tries;

namespace AlbertNative.Tokenization;

/// <summary>
/// How long added tokens may be, and which ids they may have: far more than any tokenizer needs, and what bounds the time
/// that finding them takes.
/// </summary>
internal static class AddedTokenLimits
{
    private const int Longest = 256;
    private const int LargestId = PieceTrie.Limit - 2;
    private const int LongestQuote = 40;

    /// <summary>Checks a token.</summary>
    /// <exception cref="FormatException">It is too long, or its id is out of range.</exception>
    public static void Check(string content, int id)
    {
        CheckLength(content);
        if (id is < 0 or > LargestId)
            throw new FormatException($"the added token '{content}' has the id {id}, expected 0 to {LargestId}");
    }

    /// <summary>Checks what a token looks like in a text.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public static void CheckLength(string content)
    {
        if (content.Length > Longest)
        {
            throw new FormatException(
                $"the added token '{content[..LongestQuote]}…' has {content.Length} characters, expected at most {Longest}");
        }
    }
}
