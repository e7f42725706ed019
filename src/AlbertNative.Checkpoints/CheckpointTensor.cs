using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AlbertNative.Checkpoints;

/// <summary>
/// One named tensor of a <see cref="Checkpoint"/>: row-major whatever the file's strides and byte order, read
/// from the mapped file when it is asked for. Reading is safe from any number of threads; after the checkpoint
/// is disposed it throws <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class CheckpointTensor
{
    private const int ChunkBytes = 1 << 14;

    private readonly TensorStorage _storage;
    private readonly TensorLayout _layout;

    internal CheckpointTensor(string name, TensorType type, TensorStorage storage, TensorLayout layout)
    {
        Name = name;
        Type = type;
        _storage = storage;
        _layout = layout;
    }

    /// <summary>A tensor of floats that no file holds; it stays readable whatever is disposed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The size of each dimension; none for a scalar.</param>
    /// <param name="values">The elements, row-major; copied.</param>
    /// <exception cref="ArgumentException">The values are not as many as the shape says.</exception>
    public static CheckpointTensor FromValues(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (long dimension in shape)
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
        if (!TensorShape.TryCount(shape, sizeof(float), out long count) || count != values.Length)
            throw new ArgumentException($"shape [{string.Join(", ", shape.ToArray())}] is not that of {values.Length} values", nameof(values));
        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        return new CheckpointTensor(name, TensorType.F32, new MemoryStorage(bytes), new TensorLayout([.. shape], count, offset: 0));
    }

    /// <summary>The name that the file gives the tensor.</summary>
    public string Name { get; }

    /// <summary>The type of the elements as stored.</summary>
    public TensorType Type { get; }

    /// <summary>The size of each dimension; empty for a scalar.</summary>
    public ImmutableArray<long> Shape => _layout.Shape;

    /// <summary>The product of <see cref="Shape"/>: 1 for a scalar, 0 where a dimension is 0.</summary>
    public long ElementCount => _layout.ElementCount;

    /// <summary>The size of all elements in bytes.</summary>
    public long ByteCount => ElementCount * Type.Size;

    /// <summary>Where the elements lie.</summary>
    internal TensorPlace Place => _storage.TryGetMapped(out MappedFile? file, out long start)
        ? new TensorPlace(file, start + (_layout.Offset * Type.Size), Type, _layout.Order)
        : new TensorPlace(_storage, _layout.Offset * Type.Size, Type, _layout.Order);

    /// <summary>
    /// All elements as floats: F32, F16 and BF16 exactly, F64 rounded to nearest.
    /// </summary>
    /// <param name="destination">Exactly <see cref="ElementCount"/> floats, written row-major.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    public void CopyTo(Span<float> destination)
    {
        RequireAll(destination.Length, nameof(destination));
        CopyTo(0, destination);
    }

    /// <summary>The elements from <paramref name="start"/> (row-major) as floats, as many as the destination holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor.</exception>
    /// <exception cref="InvalidOperationException">The elements are integers.</exception>
    public void CopyTo(long start, Span<float> destination)
    {
        if (!Type.IsFloatingPoint)
            throw new InvalidOperationException($"tensor '{ShownName}' is {Type}, not a floating-point type");
        RequireRange(start, destination.Length);
        if (Type == TensorType.F32)
        {
            Read(start, MemoryMarshal.AsBytes(destination));
            return;
        }
        Span<byte> buffer = stackalloc byte[ChunkBytes];
        int chunk = ChunkBytes / Type.Size;
        for (int done = 0; done < destination.Length; done += chunk)
        {
            Span<float> part = destination.Slice(done, Math.Min(chunk, destination.Length - done));
            Span<byte> elements = buffer[..(part.Length * Type.Size)];
            Read(start + done, elements);
            ElementConversion.ToSingle(Type, elements, part);
        }
    }

    /// <summary>All elements of an integer or Bool tensor, widened.</summary>
    /// <param name="destination">Exactly <see cref="ElementCount"/> numbers, written row-major.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="InvalidOperationException">The elements are not integers.</exception>
    public void CopyTo(Span<long> destination)
    {
        RequireAll(destination.Length, nameof(destination));
        CopyTo(0, destination);
    }

    /// <summary>The elements from <paramref name="start"/> (row-major) of an integer or Bool tensor, widened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor.</exception>
    /// <exception cref="InvalidOperationException">The elements are not integers.</exception>
    public void CopyTo(long start, Span<long> destination)
    {
        if (Type.IsFloatingPoint)
            throw new InvalidOperationException($"tensor '{ShownName}' is {Type}, not an integer type");
        RequireRange(start, destination.Length);
        Span<byte> buffer = stackalloc byte[ChunkBytes];
        int chunk = ChunkBytes / Type.Size;
        for (int done = 0; done < destination.Length; done += chunk)
        {
            Span<long> part = destination.Slice(done, Math.Min(chunk, destination.Length - done));
            Span<byte> elements = buffer[..(part.Length * Type.Size)];
            Read(start + done, elements);
            ElementConversion.ToInt64(Type, elements, part);
        }
    }

    /// <summary>
    /// The elements from <paramref name="start"/> (row-major) as the bits they are: little-endian, row-major,
    /// whatever the type. This is also how a tensor is read that is larger than an array.
    /// </summary>
    /// <param name="start">The first element.</param>
    /// <param name="destination">Whole elements.</param>
    /// <exception cref="ArgumentException">The destination is not a whole number of elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor.</exception>
    public void CopyBytesTo(long start, Span<byte> destination)
    {
        if (destination.Length % Type.Size != 0)
            throw new ArgumentException($"{destination.Length} bytes are not a whole number of {Type} elements", nameof(destination));
        RequireRange(start, destination.Length / Type.Size);
        Read(start, destination);
    }

    /// <summary>
    /// The elements of an F32 tensor where they lie in the mapped file, without a copy. The span of the memory is
    /// valid until the checkpoint is disposed; whoever may race with that holds <see cref="ReadOnlyMemory{T}.Pin"/>,
    /// which keeps the file mapped.
    /// </summary>
    /// <returns>False where the elements have to be converted, gathered, inflated or aligned: copy them then.</returns>
    /// <exception cref="ObjectDisposedException">The checkpoint has been disposed.</exception>
    public bool TryGetMemory(out ReadOnlyMemory<float> memory)
    {
        if (Type == TensorType.F32 && TryGetMapped(out MappedFile? file, out long offset)
            && ElementCount <= int.MaxValue && file.IsAligned<float>(offset))
        {
            memory = file.Memory<float>(offset, (int)ElementCount);
            return true;
        }
        memory = default;
        return false;
    }

    /// <summary>
    /// The little-endian bytes of the elements, of any type, where they lie in the mapped file; valid as long as
    /// the floats of the other overload.
    /// </summary>
    /// <returns>False where they do not lie in the file as such, or are more than a span can hold.</returns>
    /// <exception cref="ObjectDisposedException">The checkpoint has been disposed.</exception>
    public bool TryGetMemory(out ReadOnlyMemory<byte> memory)
    {
        if (TryGetMapped(out MappedFile? file, out long offset) && ByteCount <= int.MaxValue)
        {
            memory = file.Memory<byte>(offset, (int)ByteCount);
            return true;
        }
        memory = default;
        return false;
    }

    /// <summary>True where the other tensor has the same type, the same shape and the same bits, whatever its name.</summary>
    /// <exception cref="ObjectDisposedException">The checkpoint has been disposed.</exception>
    public bool HasSameElements(CheckpointTensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Type != other.Type || !Shape.AsSpan().SequenceEqual(other.Shape.AsSpan()))
            return false;
        if (_layout == other._layout && _storage == other._storage)
            return true;
        if (TryGetMapped(out MappedFile? file, out long offset) && other.TryGetMapped(out MappedFile? otherFile, out long otherOffset)
            && file == otherFile && offset == otherOffset)
        {
            return true;
        }
        Span<byte> left = stackalloc byte[ChunkBytes];
        Span<byte> right = stackalloc byte[ChunkBytes];
        int chunk = ChunkBytes / Type.Size;
        for (long start = 0; start < ElementCount; start += chunk)
        {
            int bytes = (int)Math.Min(chunk, ElementCount - start) * Type.Size;
            Read(start, left[..bytes]);
            other.Read(start, right[..bytes]);
            if (!left[..bytes].SequenceEqual(right[..bytes]))
                return false;
        }
        return true;
    }

    /// <summary>The same elements under another name; nothing is copied.</summary>
    public CheckpointTensor Rename(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new CheckpointTensor(name, Type, _storage, _layout);
    }

    /// <summary>The matrix with rows and columns exchanged, under another name; nothing is copied.</summary>
    /// <exception cref="InvalidOperationException">The tensor is no matrix.</exception>
    public CheckpointTensor Transpose(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Shape.Length == 2
            ? new CheckpointTensor(name, Type, _storage, _layout.Transpose())
            : throw new InvalidOperationException($"tensor '{ShownName}' has {Shape.Length} dimensions, a matrix has 2");
    }

    /// <summary>Name, type and shape, as in <c>albert.pooler.bias F32 [768]</c>.</summary>
    public override string ToString() => $"{ShownName} {Type} [{string.Join(", ", Shape)}]";

    private string ShownName => ForeignText.Render(Name);

    private bool TryGetMapped([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MappedFile? file, out long offset)
    {
        if (!_layout.IsContiguous || (_layout.IsBigEndian && Type.Size > 1) || !_storage.TryGetMapped(out file, out offset))
        {
            file = null;
            offset = 0;
            return false;
        }
        offset += _layout.Offset * Type.Size;
        return true;
    }

    private void Read(long start, Span<byte> destination)
    {
        int size = Type.Size;
        _layout.ForEachRun(start, destination.Length / size, (storage: _storage, size), destination, Gather);
        if (_layout.IsBigEndian && size > 1)
            ReverseElements(destination, size);

        static void Gather((TensorStorage Storage, int Size) source, long offset, long stride, Span<byte> run) =>
            source.Storage.Gather(offset * source.Size, stride * source.Size, source.Size, run);
    }

    private static void ReverseElements(Span<byte> bytes, int size)
    {
        for (int i = 0; i < bytes.Length; i += size)
            bytes.Slice(i, size).Reverse();
    }

    private void RequireAll(int length, string parameter)
    {
        if (length != ElementCount)
            throw new ArgumentException($"tensor '{ShownName}' has {ElementCount} elements, the destination {length}", parameter);
    }

    private void RequireRange(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, ElementCount - count);
    }
}
