namespace AlbertNative.Checkpoints;

/// <summary>A run of bytes that tensors are views of.</summary>
internal abstract class TensorStorage
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The bytes [offset, offset + length).</summary>
    public abstract StorageLease Lease(long offset, int length);

    /// <summary>The place in a mapped file, where the bytes lie in one as they are.</summary>
    public virtual bool TryGetMapped([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MappedFile? file, out long offset)
    {
        file = null;
        offset = 0;
        return false;
    }

    /// <summary>Copies elements of <paramref name="size"/> bytes that lie <paramref name="stride"/> bytes apart.</summary>
    public void Gather(long offset, long stride, int size, Span<byte> destination)
    {
        int count = destination.Length / size;
        if (count == 0)
            return;
        long window = checked(((count - 1) * stride) + size);
        if (window > Array.MaxLength)
        {
            int half = count / 2;
            Gather(offset, stride, size, destination[..(half * size)]);
            Gather(offset + (half * stride), stride, size, destination[(half * size)..]);
            return;
        }
        using StorageLease lease = Lease(offset, (int)window);
        if (stride == size)
        {
            lease.Span.CopyTo(destination);
            return;
        }
        for (int i = 0; i < count; i++)
            lease.Span.Slice((int)(i * stride), size).CopyTo(destination[(i * size)..]);
    }
}

/// <summary>A section of a mapped file.</summary>
internal sealed class MappedSection(MappedFile file, long start, long length) : TensorStorage
{
    public MappedFile File => file;

    public override long Length => length;

    public override StorageLease Lease(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length - count);
        return file.Lease(start + offset, count);
    }

    public override bool TryGetMapped(out MappedFile mapped, out long offset)
    {
        mapped = file;
        offset = start;
        return true;
    }
}
