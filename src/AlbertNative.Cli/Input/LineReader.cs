namespace AlbertNative.Cli;

/// <summary>The lines of a stream, as bytes: split at LF, without a CR before it and without a leading byte order mark.</summary>
internal sealed class LineReader(Stream stream, int mostBytes = LineReader.MostBytes)
{
    /// <summary>What a string of .NET can hold with room to spare.</summary>
    public const int MostBytes = 1 << 29;

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next line; null at the end. A last line needs no LF.</summary>
    /// <exception cref="BadInputException">It is longer than any text can be.</exception>
    public byte[]? Read()
    {
        int searched = 0;
        while (true)
        {
            int feed = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
                return Take(searched + feed, consumed: searched + feed + 1);

            searched = _end - _start;
            if (!Fill())
                return searched == 0 ? null : Take(searched, searched);
        }
    }

    private byte[] Take(int length, int consumed)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        bool first = Position == 0;
        _start += consumed;
        Position += consumed;

        if (first && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return line.ToArray();
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end - _start > mostBytes)
            throw new BadInputException($"a line is longer than {mostBytes} bytes");
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);

        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
