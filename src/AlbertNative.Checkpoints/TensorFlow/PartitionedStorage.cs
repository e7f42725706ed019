namespace AlbertNative.Checkpoints;

/// <summary>
/// A variable whose parts lie apart, cut along one dimension: put together when it is first read and kept from then on.
/// </summary>
/// <param name="parts">The bytes of each part, in order; every part has as many runs as the variable.</param>
/// <param name="runs">The number of runs of each part: the product of the dimensions before the one that is cut.</param>
/// <param name="length">The bytes of the whole.</param>
internal sealed class PartitionedStorage(IReadOnlyList<MappedSection> parts, long runs, int length) : TensorStorage
{
    private readonly Lazy<byte[]> _bytes = new(() => Assemble(parts, runs, length), LazyThreadSafetyMode.ExecutionAndPublication);

    public override long Length => length;

    public override StorageLease Lease(long offset, int count)
    {
        ObjectDisposedException.ThrowIf(parts[0].File.IsDisposed, typeof(Checkpoint));
        return new StorageLease(_bytes.Value.AsSpan(checked((int)offset), count), null);
    }

    private static byte[] Assemble(IReadOnlyList<MappedSection> parts, long runs, int length)
    {
        byte[] whole = new byte[length];
        int at = 0;
        for (long run = 0; run < runs; run++)
        {
            foreach (MappedSection part in parts)
            {
                int bytes = (int)(part.Length / runs);
                using StorageLease lease = part.Lease(run * bytes, bytes);
                lease.Span.CopyTo(whole.AsSpan(at));
                at += bytes;
            }
        }
        return whole;
    }
}
