using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// One model input cut from an encoded text: the special tokens (and, for a pair, the other text) and a run of
/// the text's tokens. The rows that the windows of a text own, one window after the other, are that text's tokens
/// in order, each once.
/// </summary>
internal sealed class TokenWindow
{
    private TokenWindow(int[] inputIds, int[] tokenTypeIds, int contentRow, int contentToken, int contentCount)
    {
        InputIds = inputIds;
        TokenTypeIds = tokenTypeIds;
        ContentRow = contentRow;
        ContentToken = contentToken;
        ContentCount = contentCount;
        OwnedEnd = inputIds.Length;
    }

    public int[] InputIds { get; }

    public int[] TokenTypeIds { get; }

    /// <summary>The first row of the run.</summary>
    public int ContentRow { get; }

    /// <summary>The encoded text's token in that row.</summary>
    public int ContentToken { get; }

    /// <summary>The length of the run.</summary>
    public int ContentCount { get; }

    /// <summary>The first row that this window owns.</summary>
    public int OwnedStart { get; private set; }

    /// <summary>The row after the last that it owns.</summary>
    public int OwnedEnd { get; private set; }

    /// <summary>An input that needs no cutting.</summary>
    public static TokenWindow Whole(Encoding encoding) =>
        new(encoding.Ids.ToArray(), encoding.ModelTokenTypeIds.ToArray(), 0, 0, encoding.Count);

    /// <summary>An input that was given as ids, of type 0 where no types are given.</summary>
    public static TokenWindow Of(int[] ids, int[]? types = null) => new(ids, types ?? new int[ids.Length], 0, 0, ids.Length);

    /// <summary>
    /// Windows of at most <paramref name="maxLength"/> tokens over one text of <paramref name="encoding"/>, each
    /// repeating <paramref name="stride"/> tokens of the one before it: the windows of Hugging Face's
    /// <c>return_overflowing_tokens</c>.
    /// </summary>
    /// <param name="encoding">The text or pair, uncut.</param>
    /// <param name="sequence">Which text is cut: 0 or 1.</param>
    /// <param name="maxLength">The tokens that the model takes.</param>
    /// <param name="stride">The tokens that neighbouring windows share.</param>
    /// <exception cref="ArgumentException">What is not cut leaves no room for more than the stride.</exception>
    public static List<TokenWindow> Cut(Encoding encoding, int sequence, int maxLength, int stride)
    {
        int first = encoding.SequenceIndices.IndexOf(sequence);
        int end = encoding.SequenceIndices.LastIndexOf(sequence) + 1;
        if (encoding.Count <= maxLength || first < 0)
            return [Slice(encoding, Math.Max(first, 0), end, Math.Max(first, 0), end)];

        int room = maxLength - (encoding.Count - (end - first));
        if (room <= stride)
        {
            throw new ArgumentException(
                $"{maxLength} tokens leave room for {Math.Max(0, room)} of the text, which windows that share {stride} cannot pass");
        }

        List<TokenWindow> windows = [];
        for (int start = first; ; start += room - stride)
        {
            int stop = Math.Min(start + room, end);
            windows.Add(Slice(encoding, first, end, start, stop));
            if (stop == end)
                break;
        }
        ShareOverlaps(windows);
        return windows;
    }

    // [prefix][start, stop)[suffix], where the prefix ends at first and the suffix begins at end.
    private static TokenWindow Slice(Encoding encoding, int first, int end, int start, int stop)
    {
        int[] ids = [.. encoding.Ids[..first], .. encoding.Ids[start..stop], .. encoding.Ids[end..]];
        ReadOnlySpan<int> all = encoding.ModelTokenTypeIds;
        int[] types = [.. all[..first], .. all[start..stop], .. all[end..]];
        return new(ids, types, first, start, stop - start);
    }

    // Half of an overlap is nearer to the middle of the earlier window, half to that of the later one.
    private static void ShareOverlaps(List<TokenWindow> windows)
    {
        for (int i = 1; i < windows.Count; i++)
        {
            TokenWindow earlier = windows[i - 1];
            TokenWindow later = windows[i];
            int overlapEnd = earlier.ContentToken + earlier.ContentCount;
            int border = later.ContentToken + ((overlapEnd - later.ContentToken) / 2);
            earlier.OwnedEnd = earlier.ContentRow + (border - earlier.ContentToken);
            later.OwnedStart = later.ContentRow + (border - later.ContentToken);
        }
    }
}
