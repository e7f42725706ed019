using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>One token as aggregation sees it.</summary>
/// <param name="Word">The piece, or the caller's own characters where the token is unknown.</param>
/// <param name="Scores">The probability of each label.</param>
/// <param name="Span">Where it stands in the text.</param>
/// <param name="Index">Its index in the encoded text.</param>
/// <param name="ContinuesWord">Whether it belongs to the word of the token before it.</param>
internal sealed record TokenPrediction(string Word, float[] Scores, TextSpan Span, int Index, bool ContinuesWord)
{
    /// <summary>
    /// Whether a token at <paramref name="span"/> continues a word: neither its own first character nor the one
    /// before it is a space. Hugging Face's pipeline asks the same, since a Unigram vocabulary does not mark words.
    /// </summary>
    public static bool Continues(string text, TextSpan span)
    {
        if (span.Start == 0)
            return false;
        bool startsWithSpace = span.Start < text.Length && text[span.Start] == ' ';
        return !startsWithSpace && text[span.Start - 1] != ' ';
    }
}
