using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>Where the elements of a tensor lie in its storage; all numbers are elements, not bytes.</summary>
internal sealed class TensorLayout
{
    private readonly ImmutableArray<long> _strides;

    /// <summary>A row-major run of elements.</summary>
    public TensorLayout(ImmutableArray<long> shape, long elementCount, long offset)
        : this(shape, elementCount, offset, default, isBigEndian: false)
    {
    }

    /// <summary>A view with a stride for each dimension; <see langword="default"/> strides are row-major.</summary>
    public TensorLayout(ImmutableArray<long> shape, long elementCount, long offset, ImmutableArray<long> strides, bool isBigEndian)
    {
        Shape = shape;
        ElementCount = elementCount;
        Offset = offset;
        IsBigEndian = isBigEndian;
        _strides = strides.IsDefault || IsRowMajor(shape, strides) ? default : strides;
    }

    public ImmutableArray<long> Shape { get; }

    public long ElementCount { get; }

    /// <summary>The first element's index in the storage.</summary>
    public long Offset { get; }

    public bool IsBigEndian { get; }

    public bool IsContiguous => _strides.IsDefault || ElementCount <= 1;

    /// <summary>How the elements are read, in text: the same order at the same offset reads the same elements.</summary>
    public string Order => $"{string.Join(',', Shape)}/{(_strides.IsDefault ? "" : string.Join(',', _strides))}/{IsBigEndian}";

    public delegate void Run<TSource>(TSource source, long offset, long stride, Span<byte> destination);

    /// <summary>
    /// Cuts <paramref name="count"/> row-major elements from <paramref name="start"/> into runs of one stride (the
    /// whole range where the tensor is contiguous, else the rows of its last dimension).
    /// </summary>
    public void ForEachRun<TSource>(long start, int count, TSource source, Span<byte> destination, Run<TSource> run)
    {
        if (count == 0)
            return;
        if (IsContiguous)
        {
            run(source, Offset + start, 1, destination);
            return;
        }
        int size = destination.Length / count;
        long last = Shape[^1];
        while (!destination.IsEmpty)
        {
            long row = start / last;
            long column = start - (row * last);
            int length = (int)Math.Min(last - column, destination.Length / size);
            run(source, RowOffset(row) + (column * _strides[^1]), _strides[^1], destination[..(length * size)]);
            destination = destination[(length * size)..];
            start += length;
        }
    }

    /// <summary>The layout of a matrix with its dimensions exchanged.</summary>
    public TensorLayout Transpose()
    {
        ImmutableArray<long> strides = _strides.IsDefault ? [Shape[1], 1] : _strides;
        return new TensorLayout([Shape[1], Shape[0]], ElementCount, Offset, [strides[1], strides[0]], IsBigEndian);
    }

    private long RowOffset(long row)
    {
        long offset = Offset;
        for (int i = Shape.Length - 2; i >= 0; i--)
        {
            offset += row % Shape[i] * _strides[i];
            row /= Shape[i];
        }
        return offset;
    }

    // The stride of a dimension of one element is never used, so any will do.
    private static bool IsRowMajor(ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        long expected = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected)
                return false;
            expected *= shape[i];
        }
        return true;
    }
}
