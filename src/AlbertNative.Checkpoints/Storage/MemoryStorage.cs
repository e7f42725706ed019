namespace AlbertNative.Checkpoints;

/// <summary>Bytes that a reader had to decode, because the file does not hold the elements as such.</summary>
internal sealed class MemoryStorage(byte[] bytes) : TensorStorage
{
    public override long Length => bytes.Length;

    public override StorageLease Lease(long offset, int length) => new(bytes.AsSpan(checked((int)offset), length), null);
}
