using System.Buffers;
using AlbertNative.Tokenization.SentencePiece;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Slow;

/// <summary>
/// Where a long text may be cut, so that its parts encoded one after the other give exactly the tokens of the whole:
/// before white space, where the model looks at words one by one (see <see cref="WordwiseEncoder"/>) and no added token
/// reaches over it.
/// </summary>
internal sealed class TextCuts
{
    private readonly SearchValues<char> _cuts;

    private TextCuts(SearchValues<char> cuts, int chunkLength) => (_cuts, ChunkLength) = (cuts, chunkLength);

    /// <summary>The characters of a usual chunk.</summary>
    public int ChunkLength { get; }

    /// <summary>The cuts for a model that looks at words one by one, or null where added tokens do not allow any.</summary>
    /// <param name="added">The tokens that are found in the text.</param>
    /// <param name="removesSpace">Whether all white space becomes U+0020 before the model sees it.</param>
    /// <param name="chunkLength">The characters of a usual chunk.</param>
    public static TextCuts? TryMake(IEnumerable<AddedToken> added, bool removesSpace, int chunkLength)
    {
        foreach (AddedToken token in added)
        {
            if (token.RightStrip || token.SingleWord || token.Content.AsSpan().ContainsAny(CharRanges.PythonWhiteSpace))
                return null;
        }
        return new TextCuts(removesSpace ? CharRanges.PythonWhiteSpace : SearchValues.Create(" "), chunkLength);
    }

    /// <summary>Whether a text may be cut at all: a literal <c>▁</c> is not told from a space.</summary>
    public bool Allow(ReadOnlySpan<char> text) =>
        text.Length > ChunkLength && !text.Contains(SentencePieceNormalizer.SpaceSymbol);

    /// <summary>The first cut that is at least <paramref name="length"/> after <paramref name="from"/>, or the text's end.</summary>
    public int Next(ReadOnlySpan<char> text, int from, int length)
    {
        for (int at = Math.Min(from, text.Length - length) + length; at < text.Length; at++)
        {
            int space = text[at..].IndexOfAny(_cuts);
            if (space < 0)
                break;
            at += space;
            if (!UnicodeData.IsPythonWhiteSpace(text[at - 1]))
                return at;
        }
        return text.Length;
    }
}
