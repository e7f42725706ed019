using System.IO.Compression;

namespace AlbertNative.Checkpoints;

/// <summary>
/// A deflated zip entry, inflated as a whole when a tensor in it is first read and kept from then on. PyTorch
/// stores its entries; this is for archives that somebody packed again.
/// </summary>
internal sealed class DeflatedEntry : TensorStorage
{
    private const int BufferLength = 1 << 14;

    private readonly MappedFile _file;
    private readonly ZipEntry _entry;
    private readonly Lazy<byte[]> _bytes;

    private DeflatedEntry(MappedFile file, ZipEntry entry)
    {
        _file = file;
        _entry = entry;
        _bytes = new Lazy<byte[]>(() => Inflate(file, entry), LazyThreadSafetyMode.ExecutionAndPublication);
    }

    public override long Length => _entry.Length;

    /// <summary>
    /// Inflates once through a small buffer: damage, and a length that is not the real one, show when the file is
    /// opened and before anything of that length is allocated.
    /// </summary>
    public static DeflatedEntry Open(MappedFile file, ZipEntry entry, AllocationBudget budget)
    {
        budget.ChargeInflated(entry.Name, entry.Length);
        if (entry.Length > Array.MaxLength)
            throw new CheckpointFormatException(file.Path, $"zip entry '{entry.Name}' is deflated and {entry.Length} bytes long, more than an array holds");
        using DeflateStream stream = new(new LeasedStream(file, entry.DataOffset, entry.StoredLength), CompressionMode.Decompress);
        Span<byte> buffer = stackalloc byte[BufferLength];
        long length = 0;
        for (int read; length <= entry.Length && (read = Read(file, entry, stream, buffer)) > 0;)
            length += read;
        if (length != entry.Length)
            throw new CheckpointFormatException(file.Path, $"zip entry '{entry.Name}' does not inflate to the {entry.Length} bytes it is said to have");
        return new DeflatedEntry(file, entry);
    }

    public override StorageLease Lease(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_file.IsDisposed, typeof(Checkpoint));
        return new StorageLease(_bytes.Value.AsSpan(checked((int)offset), length), null);
    }

    private static byte[] Inflate(MappedFile file, ZipEntry entry)
    {
        using DeflateStream stream = new(new LeasedStream(file, entry.DataOffset, entry.StoredLength), CompressionMode.Decompress);
        byte[] bytes = new byte[entry.Length];
        int at = 0;
        for (int read; at < bytes.Length && (read = Read(file, entry, stream, bytes.AsSpan(at))) > 0;)
            at += read;
        return bytes;
    }

    private static int Read(MappedFile file, ZipEntry entry, DeflateStream stream, Span<byte> buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointFormatException(file.Path, $"zip entry '{entry.Name}' is not valid deflate data", e);
        }
    }
}
