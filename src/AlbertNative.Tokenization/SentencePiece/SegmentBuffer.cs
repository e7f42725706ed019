using System.Runtime.CompilerServices;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>The pieces of a normalised text, and the working arrays that finding them takes. Grows and is reused.</summary>
internal sealed class SegmentBuffer
{
    private int[] _ids = new int[256];
    private int[] _ends = new int[256];

    /// <summary>Where the search's best scores are kept: by position from the last cut on.</summary>
    public float[] Best { get; private set; } = new float[1024];

    /// <summary>The last piece on the best path to a position: its start in the upper half, its id in the lower.</summary>
    public long[] Back { get; private set; } = new long[1024];

    /// <summary>The codes of the text's units, and one that no unit has.</summary>
    public ushort[] Codes { get; private set; } = new ushort[512];

    /// <summary>The number of pieces.</summary>
    public int Count { get; private set; }

    /// <summary>The pieces' ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>The last piece's id, or -1 where there is none.</summary>
    public int LastId => Count == 0 ? -1 : _ids[Count - 1];

    /// <summary>Where in the normalised text each piece ends, which is where the next begins.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>Forgets the pieces and makes room for a text's codes.</summary>
    public void Clear(int textLength)
    {
        Count = 0;
        if (Codes.Length <= textLength)
            Codes = new ushort[Math.Max(textLength + 1, Codes.Length * 2)];
    }

    /// <summary>Makes room for scores of at least that many positions; keeps what is there.</summary>
    public void GrowPositions(int needed)
    {
        if (needed <= Best.Length)
            return;
        int capacity = Math.Max(needed, Best.Length * 2);
        float[] best = new float[capacity];
        Best.CopyTo(best, 0);
        Best = best;
        long[] back = new long[capacity];
        Back.CopyTo(back, 0);
        Back = back;
    }

    /// <summary>Appends a piece.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int id, int end)
    {
        if (Count == _ids.Length)
            Grow();
        _ids[Count] = id;
        _ends[Count++] = end;
    }

    /// <summary>Takes back all but the first <paramref name="count"/> pieces.</summary>
    public void Truncate(int count) => Count = count;

    /// <summary>Lets the last piece reach to <paramref name="end"/>.</summary>
    public void ExtendLast(int end) => _ends[Count - 1] = end;

    private void Grow()
    {
        Array.Resize(ref _ids, Count * 2);
        Array.Resize(ref _ends, Count * 2);
    }
}
