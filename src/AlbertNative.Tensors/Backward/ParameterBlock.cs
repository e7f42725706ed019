namespace AlbertNative.Tensors;

/// <summary>
/// One block of floats in which the arrays of a trainable model lie, each at an offset of its own: its parameters, or
/// their gradients, or an optimizer's moments. Zero to begin with.
/// </summary>
public sealed unsafe class ParameterBlock
{
    private readonly PinnedFloats _memory;

    /// <summary>Makes a block of zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or too large for an array.</exception>
    public ParameterBlock(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, PinnedFloats.MaxLength);
        _memory = new PinnedFloats(length);
        Values.Clear();
    }

    /// <summary>The number of floats.</summary>
    public int Length => _memory.Length;

    /// <summary>All of the floats.</summary>
    public Span<float> Values => new(_memory.Data, _memory.Length);

    /// <summary>
    /// A part of the block as a matrix whose rows follow each other without padding: an argument of
    /// <see cref="GradientOps"/> where these ask for parameters, not of other operations.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not within the block.</exception>
    public Matrix View(int offset, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + ((long)rows * columns), Length, nameof(rows));
        return new Matrix(_memory.Owner, _memory.Data + offset, rows, columns, columns);
    }

    internal float* Data => _memory.Data;
}
