using System.Buffers.Binary;
using System.Text;

namespace AlbertNative.Spark;

/// <summary>
/// The server's half of a connection: frames of a letter, a length in 32 bits (little-endian) and as many bytes. <c>D</c> is a part
/// of the Arrow stream, <c>Z</c> its end, <c>E</c> an error's message instead of it: so a stream that just stops is told from both.
/// </summary>
internal sealed class FrameStream(Stream stream) : Stream
{
    private const int FrameBytes = 1 << 20;

    private readonly MemoryStream _pending = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Says that the stream is whole.</summary>
    public void End()
    {
        Flush();
        WriteFrame('Z', []);
    }

    /// <summary>Says why it is not; what was not flushed is dropped.</summary>
    public void Fail(string message)
    {
        _pending.SetLength(0);
        WriteFrame('E', Encoding.UTF8.GetBytes(message));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _pending.Write(buffer);
        if (_pending.Length >= FrameBytes)
            Flush();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        if (_pending.Length > 0)
            WriteFrame('D', _pending.GetBuffer().AsSpan(0, (int)_pending.Length));
        _pending.SetLength(0);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteFrame(char kind, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[5];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], content.Length);
        stream.Write(header);
        stream.Write(content);
    }
}
