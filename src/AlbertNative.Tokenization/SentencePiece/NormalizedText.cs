using System.Runtime.CompilerServices;
using System.Text;

namespace AlbertNative.Tokenization.SentencePiece;

/// <summary>
/// Text that normalisation is writing, in UTF-16, and where in its input each unit comes from. Grows and is reused.
/// </summary>
internal sealed class NormalizedText
{
    private char[] _chars = new char[512];
    private int[] _sources = [];

    /// <summary>Whether sources are kept.</summary>
    public bool WithSources { get; private set; }

    /// <summary>The number of units written.</summary>
    public int Count { get; private set; }

    /// <summary>The text so far.</summary>
    public ReadOnlySpan<char> Text => _chars.AsSpan(0, Count);

    /// <summary>
    /// For each unit the index in the input at which what it was made of begins, and one more entry: where the
    /// input was used up. Only where they are kept, and once <see cref="End"/> was called.
    /// </summary>
    public ReadOnlySpan<int> Sources => _sources.AsSpan(0, Count + 1);

    /// <summary>The number of units that come from before a place of the input, where sources are kept.</summary>
    public int Before(int source)
    {
        int units = Sources[..Count].BinarySearch(source);
        units = units < 0 ? ~units : units;
        while (units > 0 && Sources[units - 1] >= source)
            units--;
        return units;
    }

    /// <summary>Units that may be held without allocating.</summary>
    public int Capacity => _chars.Length;

    /// <summary>Forgets the text.</summary>
    public void Clear(bool withSources)
    {
        Count = 0;
        WithSources = withSources;
        if (withSources && _sources.Length <= _chars.Length)
            _sources = new int[_chars.Length + 1];
    }

    /// <summary>Appends one unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(char c, int source)
    {
        if (Count == _chars.Length)
            Grow(Count + 1);
        _chars[Count] = c;
        if (WithSources)
            _sources[Count] = source;
        Count++;
    }

    /// <summary>Appends a code point.</summary>
    public void Append(Rune rune, int source)
    {
        Span<char> units = stackalloc char[2];
        foreach (char c in units[..rune.EncodeToUtf16(units)])
            Append(c, source);
    }

    /// <summary>
    /// Appends what <paramref name="map"/> gives for the units from <paramref name="text"/>'s start, up to the first for
    /// which it gives NUL; returns how many.
    /// </summary>
    /// <param name="text">The rest of the input.</param>
    /// <param name="map">One entry for each UTF-16 unit.</param>
    /// <param name="source">The index in the input at which <paramref name="text"/> begins.</param>
    public int AppendMapped(ReadOnlySpan<char> text, char[] map, int source)
    {
        if (_chars.Length - Count < text.Length)
            Grow(Count + text.Length);
        Span<char> target = _chars.AsSpan(Count, text.Length);
        int length = 0;
        for (; length < target.Length && length < text.Length; length++)
        {
            char mapped = map[text[length]];
            if (mapped == '\0')
                break;
            target[length] = mapped;
        }
        if (WithSources)
        {
            for (int i = 0; i < length; i++)
                _sources[Count + i] = source + i;
        }
        Count += length;
        return length;
    }

    /// <summary>Takes the last <paramref name="count"/> units back; returns the source of the first of them.</summary>
    public int Remove(int count)
    {
        Count -= count;
        return WithSources ? _sources[Count] : 0;
    }

    /// <summary>Puts another unit in the place of one.</summary>
    public void Replace(int index, char c) => _chars[index] = c;

    /// <summary>Says where the input was used up.</summary>
    public void End(int source)
    {
        if (WithSources)
            _sources[Count] = source;
    }

    private void Grow(int needed)
    {
        int capacity = Math.Max(needed, _chars.Length * 2);
        Array.Resize(ref _chars, capacity);
        if (WithSources)
            Array.Resize(ref _sources, capacity + 1);
    }
}
