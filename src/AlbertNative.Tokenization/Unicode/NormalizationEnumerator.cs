using System.Buffers;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>
/// Normalizes a text piece by piece. Characters that the form neither changes nor lets interact with their neighbours
/// pass straight through; the others are gathered up to the next boundary, decomposed, put in canonical order and
/// composed in rented memory. Time is linear in the length, also for runs of any number of marks.
/// </summary>
internal ref struct NormalizationEnumerator
{
    private const int InitialRun = 32;

    private readonly ReadOnlySpan<char> _text;
    private readonly UnicodeVersion _version;
    private readonly CharacterTraits _concerned;
    private readonly bool _isCompatibility;
    private readonly bool _isComposing;

    private int _position;
    private AlignedCodePoint[]? _run;
    private int _next;
    private int _count;

    /// <summary>Starts before the first code point.</summary>
    public NormalizationEnumerator(ReadOnlySpan<char> text, NormalizationForm form, UnicodeVersion version)
    {
        _text = text;
        _version = version;
        _concerned = Normalization.Concerned(form);
        _isCompatibility = Normalization.IsCompatibility(form);
        _isComposing = Normalization.IsComposing(form);
    }

    /// <summary>The code point last reached.</summary>
    public AlignedCodePoint Current { get; private set; }

    /// <summary>Itself, for <c>foreach</c>.</summary>
    public readonly NormalizationEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next code point; false at the end.</summary>
    public bool MoveNext()
    {
        if (_next == _count)
        {
            if (_position == _text.Length)
                return false;
            int codePoint = CodePoints.Read(_text, _position, out int length);
            int end = _position + length;
            if (!IsConcerned(codePoint) && !(_isComposing && Continues(end)))
            {
                Current = new(codePoint, _position, end, Change: 0, CombiningClass: 0);
                _position = end;
                return true;
            }
            GatherRun();
        }
        Current = _run![_next++];
        return true;
    }

    /// <summary>Returns the rented memory.</summary>
    public void Dispose()
    {
        if (_run is not null)
            ArrayPool<AlignedCodePoint>.Shared.Return(_run);
        _run = null;
        _next = _count = 0;
        _position = _text.Length;
    }

    private readonly bool IsConcerned(int codePoint) => (UnicodeData.Traits(codePoint, _version) & _concerned) != 0;

    /// <summary>Whether the character at <paramref name="index"/> may interact with the one before it.</summary>
    private readonly bool Continues(int index)
    {
        if (index == _text.Length)
            return false;
        // Without composition, only what is or begins with a non-starter depends on its predecessors.
        CharacterTraits traits = UnicodeData.Traits(CodePoints.Read(_text, index, out _), _version);
        return (traits & (_isComposing ? _concerned : CharacterTraits.Reordering)) != 0;
    }

    private void GatherRun()
    {
        _next = _count = 0;
        do
            AppendDecomposed();
        while (Continues(_position));
        Span<AlignedCodePoint> run = _run.AsSpan(0, _count);
        CanonicalOrder.Sort(run);
        if (_isComposing)
            _count = Composition.Compose(run, _version);
    }

    private void AppendDecomposed()
    {
        int codePoint = CodePoints.Read(_text, _position, out int length);
        int start = _position, end = _position += length;
        Span<char> scratch = stackalloc char[3];
        ReadOnlySpan<char> parts = Decomposition.Of(codePoint, _isCompatibility, scratch, _version);
        if (parts.IsEmpty)
        {
            Append(new(codePoint, start, end, 0, UnicodeData.CombiningClass(codePoint, _version)));
            return;
        }
        for (int i = 0; i < parts.Length; i += length)
        {
            int part = CodePoints.Read(parts, i, out length);
            Append(new(part, start, end, (short)(i == 0 ? 0 : 1), UnicodeData.CombiningClass(part, _version)));
        }
    }

    private void Append(AlignedCodePoint item)
    {
        if (_run is null)
            _run = ArrayPool<AlignedCodePoint>.Shared.Rent(InitialRun);
        else if (_count == _run.Length)
        {
            AlignedCodePoint[] larger = ArrayPool<AlignedCodePoint>.Shared.Rent(_count * 2);
            _run.CopyTo(larger, 0);
            ArrayPool<AlignedCodePoint>.Shared.Return(_run);
            _run = larger;
        }
        _run[_count++] = item;
    }
}
