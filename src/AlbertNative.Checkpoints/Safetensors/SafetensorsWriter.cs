using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Writes a safetensors file. Tensors are announced first and written one after the other when the file is saved,
/// so that none of them needs to be held as a whole. The same tensors and metadata give the same bytes, in whatever
/// order they are added: tensors are sorted by element size (largest first, which aligns them all) and name,
/// metadata by key. Not safe for use from several threads.
/// </summary>
public sealed class SafetensorsWriter
{
    private const int ChunkBytes = 1 << 16;
    private const int HeaderAlignment = 8;
    private const string MetadataKey = "__metadata__";

    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private sealed record Entry(string Name, TensorType Type, ImmutableArray<long> Shape, long ByteCount, Action<Stream> Write);

    /// <summary>Creates a writer.</summary>
    /// <param name="metadata">The strings of <c>__metadata__</c>; left out where there are none.</param>
    public SafetensorsWriter(IReadOnlyDictionary<string, string>? metadata = null)
    {
        foreach ((string key, string value) in metadata ?? ImmutableDictionary<string, string>.Empty)
            _metadata.Add(key, value);
    }

    /// <summary>Announces a tensor whose bytes (row-major, little-endian) a delegate writes when the file is saved.</summary>
    /// <param name="name">The tensor's name, new to this writer.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The dimensions; none for a scalar.</param>
    /// <param name="write">Called once for each <see cref="Save"/>; writes exactly the bytes of the shape.</param>
    /// <exception cref="ArgumentException">The name is empty, taken or reserved, or the shape is negative or too large.</exception>
    public void Add(string name, TensorType type, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(write);
        if (name == MetadataKey)
            throw new ArgumentException($"a tensor cannot be named '{MetadataKey}'", nameof(name));
        foreach (long dimension in shape)
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
        if (!TensorShape.TryCount(shape, type.Size, out long count))
            throw new ArgumentException($"tensor '{name}' with shape [{string.Join(", ", shape.ToArray())}] is too large", nameof(shape));
        if (!_entries.TryAdd(name, new Entry(name, type, [.. shape], count * type.Size, write)))
            throw new ArgumentException($"tensor '{name}' has been added before", nameof(name));
    }

    /// <summary>Adds floats, stored as F32 as they are, else as F16, BF16 (rounded to nearest even) or F64.</summary>
    /// <param name="name">The tensor's name, new to this writer.</param>
    /// <param name="type">F64, F32, F16 or BF16.</param>
    /// <param name="shape">The dimensions; none for a scalar.</param>
    /// <param name="values">The elements, row-major; read when the file is saved.</param>
    /// <exception cref="ArgumentException">The values are not as many as the shape says, or as in the first overload.</exception>
    public void Add(string name, TensorType type, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values)
    {
        if (!type.IsFloatingPoint)
            throw new ArgumentException($"{type} is not a floating-point type", nameof(type));
        Add(name, type, shape, stream => WriteFloats(stream, type, values.Span));
        RequireBytes(name, (long)values.Length * type.Size, nameof(values));
    }

    /// <summary>Adds elements of any type as the bytes they are.</summary>
    /// <param name="name">The tensor's name, new to this writer.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The dimensions; none for a scalar.</param>
    /// <param name="bytes">The elements, row-major and little-endian; read when the file is saved.</param>
    /// <exception cref="ArgumentException">The bytes are not as many as the shape says, or as in the first overload.</exception>
    public void Add(string name, TensorType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> bytes)
    {
        Add(name, type, shape, stream => stream.Write(bytes.Span));
        RequireBytes(name, bytes.Length, nameof(bytes));
    }

    /// <summary>Adds a tensor of an open checkpoint, bit for bit. The checkpoint stays open until the file is saved.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Its name in the new file; its own where null.</param>
    /// <exception cref="ArgumentException">As in the first overload.</exception>
    public void Add(CheckpointTensor tensor, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Add(name ?? tensor.Name, tensor.Type, tensor.Shape.AsSpan(), stream => WriteTensor(stream, tensor));
    }

    /// <summary>
    /// Writes the file: beside its final place first, then renamed, so that there is never half a file under its
    /// name. Nothing is left behind where this throws.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <param name="progress">Told the number of bytes of data written so far.</param>
    /// <param name="cancellationToken">Looked at between writes.</param>
    /// <exception cref="InvalidOperationException">A delegate wrote more or fewer bytes than its tensor has.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="IOException">The file's directory does not exist, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No file may be written there.</exception>
    public void Save(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Entry[] sorted = [.. _entries.Values.OrderByDescending(e => e.Type.Size).ThenBy(e => e.Name, StringComparer.Ordinal)];
        using PartialFile file = PartialFile.Create(path);
        file.Stream.Write(CreateHeader(sorted));
        long written = 0;
        foreach (Entry entry in sorted)
        {
            using TensorStream stream = new(file.Stream, entry.Name, entry.ByteCount, written, progress, cancellationToken);
            entry.Write(stream);
            stream.RequireComplete();
            written += entry.ByteCount;
        }
        cancellationToken.ThrowIfCancellationRequested();
        file.Commit();
    }

    private byte[] CreateHeader(Entry[] entries)
    {
        using MemoryStream header = new();
        header.Write(stackalloc byte[sizeof(long)]);
        // The header is no part of an HTML page, which is all that the default encoder escapes for.
        using (Utf8JsonWriter json = new(header, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteHeader(json, entries);
        while (header.Length % HeaderAlignment != 0)
            header.WriteByte((byte)' ');
        byte[] bytes = header.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - sizeof(long));
        return bytes;
    }

    private void WriteHeader(Utf8JsonWriter json, Entry[] entries)
    {
        json.WriteStartObject();
        if (_metadata.Count > 0)
        {
            json.WriteStartObject(MetadataKey);
            foreach ((string key, string value) in _metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        long begin = 0;
        foreach (Entry entry in entries)
        {
            json.WriteStartObject(entry.Name);
            json.WriteString("dtype"u8, SafetensorsTypes.Name(entry.Type));
            json.WriteStartArray("shape"u8);
            foreach (long dimension in entry.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets"u8);
            json.WriteNumberValue(begin);
            json.WriteNumberValue(begin += entry.ByteCount);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void RequireBytes(string name, long given, string parameter)
    {
        Entry entry = _entries[name];
        if (entry.ByteCount == given)
            return;
        _entries.Remove(name);
        throw new ArgumentException(
            $"tensor '{name}' with shape [{string.Join(", ", entry.Shape)}] has {entry.ByteCount} bytes of {entry.Type}, given are {given}", parameter);
    }

    private static void WriteFloats(Stream stream, TensorType type, ReadOnlySpan<float> values)
    {
        if (type == TensorType.F32)
        {
            for (; !values.IsEmpty; values = values[Math.Min(values.Length, ChunkBytes)..])
                stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(values.Length, ChunkBytes)]));
            return;
        }
        byte[] buffer = new byte[ChunkBytes];
        int chunk = ChunkBytes / type.Size;
        for (; !values.IsEmpty; values = values[Math.Min(values.Length, chunk)..])
        {
            ReadOnlySpan<float> part = values[..Math.Min(values.Length, chunk)];
            Span<byte> elements = buffer.AsSpan(0, part.Length * type.Size);
            ElementConversion.FromSingle(type, part, elements);
            stream.Write(elements);
        }
    }

    private static void WriteTensor(Stream stream, CheckpointTensor tensor)
    {
        byte[] buffer = new byte[ChunkBytes];
        int size = tensor.Type.Size;
        for (long start = 0; start < tensor.ElementCount;)
        {
            int count = (int)Math.Min(ChunkBytes / size, tensor.ElementCount - start);
            tensor.CopyBytesTo(start, buffer.AsSpan(0, count * size));
            stream.Write(buffer.AsSpan(0, count * size));
            start += count;
        }
    }
}
