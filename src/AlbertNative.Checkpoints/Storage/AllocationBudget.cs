namespace AlbertNative.Checkpoints;

/// <summary>
/// How much a file may make while it is read and when its tensors are, in proportion to its size, so that a small
/// hostile one cannot ask for a large heap or for hours. What describes tensors (names, shapes, pickled objects) has
/// the narrower bound: a checkpoint's bytes are nearly all weights, so an honest one never comes near. Everything
/// together, tensors as floats and what had to be inflated for them included, is at most 4 times the file and 64 MB.
/// </summary>
internal sealed class AllocationBudget(string path, long fileLength)
{
    // Below the promise of 4 file lengths + 1 MB, which has to cover what is not charged here as well.
    private const long DescriptionFloor = 512 << 10;
    private const long Floor = 64 << 20;

    private long _length = fileLength;
    private long _descriptionLeft = checked((3 * fileLength) + DescriptionFloor);
    private long _left = checked((4 * fileLength) + Floor);

    /// <summary>Adds a file of that many bytes that belongs to the first.</summary>
    public void Extend(long length)
    {
        _length = checked(_length + length);
        _descriptionLeft = checked(_descriptionLeft + (3 * length));
        _left = checked(_left + (4 * length));
    }

    /// <summary>Announces an allocation of about <paramref name="bytes"/> for what describes tensors.</summary>
    /// <exception cref="CheckpointFormatException">The file describes more than one of its size needs.</exception>
    public void Charge(long bytes)
    {
        _descriptionLeft -= bytes;
        if (_descriptionLeft < 0)
        {
            throw new CheckpointFormatException(path,
                $"the file describes more objects than its {_length} bytes can mean in earnest");
        }
        _left -= bytes;
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

    /// <summary>Announces the elements of a tensor, which are read as floats where they are narrower ones.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="count">Their number, which times their size is a legal 64-bit number.</param>
    /// <exception cref="CheckpointFormatException">The tensors are far larger than their file.</exception>
    public void ChargeElements(string name, TensorType type, long count)
    {
        int size = type.IsFloatingPoint ? Math.Max(type.Size, sizeof(float)) : type.Size;
        if (count > _left / size)
        {
            throw new CheckpointFormatException(path,
                $"tensor '{name}' of {count} elements of {type} makes the tensors larger than 4 times the file's {_length} bytes and 64 MB: "
                + "they show the same bytes again and again, or inflate");
        }
        _left -= count * size;
    }

    /// <summary>Announces the bytes of a compressed entry.</summary>
    /// <exception cref="CheckpointFormatException">They are far more than their file's.</exception>
    public void ChargeInflated(string name, long bytes)
    {
        if (bytes > _left)
        {
            throw new CheckpointFormatException(path,
                $"'{name}' inflates to {bytes} bytes, more than a file of {_length} may: 4 times as many and 64 MB in all");
        }
        _left -= bytes;
    }
}
