using System.Runtime.CompilerServices;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast;

/// <summary>
/// A text on its way through the normalizers, each UTF-16 unit with the span of the caller's text that it stands for.
/// A step writes the new text beside the old one and then takes its place, in Hugging Face's terms: a character either
/// replaces the next one of the old text and has its span, or is additional and has the span of the one before.
/// Lone surrogates are U+FFFD from the start. Scratch: grows, is reused, one thread at a time.
/// </summary>
internal sealed class AlignedText
{
    // Compatibility decomposition makes up to 18 characters of one.
    private const int LargestGrowth = 64;
    private const int AnyGrowth = 4096;

    private char[] _chars = new char[64];
    private TextSpan[] _spans = new TextSpan[64];
    private char[] _newChars = new char[64];
    private TextSpan[] _newSpans = new TextSpan[64];
    private int _read;
    private int _origin;
    private long _limit;

    /// <summary>The number of UTF-16 units.</summary>
    public int Length { get; private set; }

    /// <summary>The number of units written since <see cref="Begin"/>.</summary>
    public int NewLength { get; private set; }

    /// <summary>The new text so far, for changes in place.</summary>
    public Span<char> NewChars => _newChars.AsSpan(0, NewLength);

    /// <summary>The units the buffers have room for.</summary>
    public int Capacity => Math.Max(_chars.Length, _newChars.Length);

    /// <summary>
    /// Whether a step used up less than the whole text, so that spans lag behind from there on, as they do in the
    /// reference.
    /// </summary>
    public bool IsShifted { get; private set; }

    /// <summary>The text as it is now.</summary>
    public ReadOnlySpan<char> Chars => _chars.AsSpan(0, Length);

    /// <summary>Where each unit of <see cref="Chars"/> comes from.</summary>
    public ReadOnlySpan<TextSpan> Spans => _spans.AsSpan(0, Length);

    /// <summary>The span of a stretch of <see cref="Chars"/> that is not empty.</summary>
    public TextSpan SpanOf(int start, int end) => new(_spans[start].Start, _spans[end - 1].End);

    /// <summary>Starts over with [<paramref name="start"/>, <paramref name="end"/>) of the caller's text.</summary>
    public void Load(ReadOnlySpan<char> text, int start, int end)
    {
        int length = end - start;
        Start(length, origin: start);
        text[start..end].CopyTo(_chars);
        for (int i = 0; i < length; i++)
            _spans[i] = new TextSpan(start + i, start + i + 1);
        if (text[start..end].ContainsAny(CharRanges.Surrogates))
            AlignSurrogates();
    }

    /// <summary>Starts over with [<paramref name="start"/>, <paramref name="end"/>) of another, as it is now.</summary>
    public void Load(AlignedText other, int start, int end)
    {
        Start(end - start, origin: start == end ? 0 : other._spans[start].Start);
        other.Chars[start..end].CopyTo(_chars);
        other.Spans[start..end].CopyTo(_spans);
    }

    /// <summary>Starts a new text that nothing is in yet.</summary>
    public void Begin() => NewLength = _read = 0;

    /// <summary>
    /// Appends a code point. With <paramref name="change"/> 0 it replaces the next character of the old text, with -n it
    /// replaces the next and n more are dropped; with 1 it is additional.
    /// </summary>
    public void Put(int codePoint, int change)
    {
        TextSpan span = change > 0 ? LastRead() : _read < Length ? _spans[_read] : LastRead();
        if (change <= 0)
            Skip(1 - change);
        Append(codePoint, span);
    }

    /// <summary>Appends a code point with a span of the caller's choice; uses up nothing.</summary>
    public void Append(int codePoint, TextSpan span)
    {
        Reserve(2);
        if (codePoint <= char.MaxValue)
        {
            _newChars[NewLength] = (char)codePoint;
            _newSpans[NewLength++] = span;
            return;
        }
        int written = CodePoints.Write(codePoint, _newChars.AsSpan(NewLength));
        _newSpans.AsSpan(NewLength, written).Fill(span);
        NewLength += written;
    }

    /// <summary>Appends additional characters after what was used up: the replacement of a match.</summary>
    public void Insert(ReadOnlySpan<char> content)
    {
        Reserve(content.Length);
        content.CopyTo(_newChars.AsSpan(NewLength));
        _newSpans.AsSpan(NewLength, content.Length).Fill(LastRead());
        NewLength += content.Length;
    }

    /// <summary>Drops characters (code points) of the old text.</summary>
    public void Skip(int characters)
    {
        for (; characters > 0 && _read < Length; characters--)
            _read += _read + 1 < Length && char.IsHighSurrogate(_chars[_read]) ? 2 : 1;
    }

    /// <summary>Drops the old text up to <paramref name="end"/>.</summary>
    public void SkipTo(int end) => _read = end;

    /// <summary>Takes the old text over as it is, from what was used up to <paramref name="end"/>.</summary>
    public void CopyTo(int end)
    {
        int count = end - _read;
        if (count <= 0)
            return;
        Reserve(count);
        Array.Copy(_chars, _read, _newChars, NewLength, count);
        Array.Copy(_spans, _read, _newSpans, NewLength, count);
        NewLength += count;
        _read = end;
    }

    /// <summary>Notes, before <see cref="Commit"/>, whether the new text has used up all of the old one.</summary>
    public void NoteShift() => IsShifted |= _read < Length;

    /// <summary>Puts the new text in the old one's place.</summary>
    /// <exception cref="TokenizerFormatException">It is out of all proportion to the text that was loaded.</exception>
    public void Commit()
    {
        CheckGrowth(NewLength);
        (_chars, _newChars) = (_newChars, _chars);
        (_spans, _newSpans) = (_newSpans, _spans);
        Length = NewLength;
    }

    /// <summary>Takes over what is left of the old text, then <see cref="Commit"/>; nothing where that is all of it.</summary>
    public void CommitWithRest()
    {
        if (_read == 0 && NewLength == 0)
            return;
        CopyTo(Length);
        Commit();
    }

    /// <summary>Makes room for a text that begins at a place of the caller's.</summary>
    private void Start(int length, int origin)
    {
        if (_chars.Length < length)
        {
            _chars = new char[Grown(length)];
            _spans = new TextSpan[_chars.Length];
        }
        Length = length;
        IsShifted = false;
        _origin = origin;
        _limit = LargestGrowth * (long)length + AnyGrowth;
    }

    private TextSpan LastRead() => _read == 0 ? new TextSpan(_origin, _origin) : _spans[_read - 1];

    /// <summary>Both halves of a pair have the pair's span; a half without the other is U+FFFD.</summary>
    private void AlignSurrogates()
    {
        for (int i = 0; i < Length; i++)
        {
            if (!char.IsSurrogate(_chars[i]))
                continue;
            if (char.IsHighSurrogate(_chars[i]) && i + 1 < Length && char.IsLowSurrogate(_chars[i + 1]))
            {
                _spans[i + 1] = _spans[i] = new TextSpan(_spans[i].Start, _spans[i].End + 1);
                i++;
            }
            else
                _chars[i] = (char)UnicodeData.ReplacementCharacter;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_newChars.Length - NewLength < count)
            Grow(count);
    }

    private void CheckGrowth(long length)
    {
        if (length > _limit)
        {
            throw new TokenizerFormatException(
                $"the tokenizer's normalizers make more than {_limit} characters of {(_limit - AnyGrowth) / LargestGrowth}");
        }
    }

    private void Grow(int count)
    {
        CheckGrowth((long)NewLength + count);
        Array.Resize(ref _newChars, Grown(NewLength + count));
        Array.Resize(ref _newSpans, _newChars.Length);
    }

    private static int Grown(int needed) => Math.Max(needed, (int)Math.Min(needed * 2L, Array.MaxLength));
}
