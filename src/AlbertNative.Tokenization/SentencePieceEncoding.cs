namespace AlbertNative.Tokenization;

/// <summary>A text as SentencePiece encodes it: parallel lists, one entry a piece. Immutable.</summary>
public sealed class SentencePieceEncoding
{
    private readonly int[] _ids;
    private readonly TextSpan[] _spans;

    internal SentencePieceEncoding(string text, int[] ids, string[] pieces, TextSpan[] spans)
    {
        Text = text;
        _ids = ids;
        Pieces = pieces;
        _spans = spans;
    }

    /// <summary>The text that was encoded.</summary>
    public string Text { get; }

    /// <summary>The number of pieces.</summary>
    public int Count => _ids.Length;

    /// <summary>The pieces' ids.</summary>
    public ReadOnlySpan<int> Ids => _ids;

    /// <summary>The pieces; for unknown ones the normalised text that they stand for.</summary>
    public IReadOnlyList<string> Pieces { get; }

    /// <summary>Where each piece stands in <see cref="Text"/>, in UTF-16 units.</summary>
    public ReadOnlySpan<TextSpan> Spans => _spans;

    /// <summary>Where each piece stands in <see cref="Text"/>, [start, end) in Unicode code points, as SentencePiece counts.</summary>
    public (int Start, int End)[] CodePointSpans()
    {
        int[] index = new int[Text.Length + 1];
        for (int i = 0, codePoints = 0; i < Text.Length; i++)
        {
            index[i] = codePoints;
            bool isFirstHalf = char.IsHighSurrogate(Text[i]) && i + 1 < Text.Length && char.IsLowSurrogate(Text[i + 1]);
            codePoints += isFirstHalf ? 0 : 1;
            index[i + 1] = codePoints;
        }
        return Array.ConvertAll(_spans, span => (index[span.Start], index[span.End]));
    }
}
