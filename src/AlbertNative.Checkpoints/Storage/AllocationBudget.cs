namespace AlbertNative.Checkpoints;

/// <summary>
/// How much memory the description of tensors (names, shapes, pickled objects) may take while a file is read:
/// in proportion to the file, so that a small hostile one cannot ask for a large heap. A checkpoint's bytes are
/// nearly all weights, which stay in the file, so an honest one never comes near.
/// </summary>
internal sealed class AllocationBudget(string path, long fileLength)
{
    // Below the promise of 4 file lengths + 1 MB, which has to cover what is not charged here as well.
    private const long Floor = 512 << 10;
    private long _left = checked((3 * fileLength) + Floor);

    /// <summary>Announces an allocation of about <paramref name="bytes"/>.</summary>
    /// <exception cref="CheckpointFormatException">The file describes more than one of its size needs.</exception>
    public void Charge(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw new CheckpointFormatException(path,
                $"the file describes more objects than its {fileLength} bytes can mean in earnest");
        }
    }

    /// <summary>Announces a string of <paramref name="characters"/> UTF-16 code units.</summary>
    public void ChargeString(long characters) => Charge(24 + (2 * characters));

    /// <summary>Announces an array of references or 64-bit numbers.</summary>
    public void ChargeArray(long length) => Charge(24 + (8 * length));

    /// <summary>Announces a tensor: itself, its layout, its place in the list and in the dictionary of names.</summary>
    public void ChargeTensor(string name, int rank)
    {
        ChargeString(name.Length);
        ChargeArray(2L * rank);
        Charge(448);
    }
}
