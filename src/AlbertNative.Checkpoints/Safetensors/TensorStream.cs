namespace AlbertNative.Checkpoints;

/// <summary>The bytes of one tensor on their way into a file: counted, reported and cancellable.</summary>
internal sealed class TensorStream(
    Stream file, string name, long length, long writtenBefore, IProgress<long>? progress, CancellationToken cancellationToken) : Stream
{
    private long _position;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.Length > length - _position)
            throw new InvalidOperationException($"more than the {length} bytes of tensor '{name}' were written");
        file.Write(buffer);
        _position += buffer.Length;
        progress?.Report(writtenBefore + _position);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Throws where bytes are missing.</summary>
    public void RequireComplete()
    {
        if (_position != length)
            throw new InvalidOperationException($"{_position} of the {length} bytes of tensor '{name}' were written");
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
