using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Reads the TensorProtos of an ONNX file: elements stay in the file, where they lie as such (<c>raw_data</c>, packed
/// floats, files of external data), and are decoded where they are varints.
/// </summary>
internal sealed class OnnxTensorReader(ProtoCursor cursor, AllocationBudget budget, List<MappedFile> files)
{
    private readonly List<long> _shape = [];
    private readonly List<long> _integers = [];
    private readonly List<KeyValuePair<string, string>> _entries = [];
    private readonly Dictionary<string, MappedFile> _external = new(StringComparer.Ordinal);

    // The names of onnx.proto's enum, for messages.
    private static readonly string[] TypeNames =
    [
        "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16",
        "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16",
    ];

    /// <summary>Reads a tensor up to <paramref name="end"/>.</summary>
    /// <param name="end">The end of the message.</param>
    /// <param name="required">False to return null for a type that checkpoints do not have.</param>
    public CheckpointTensor? Read(long end, bool required)
    {
        string name = "";
        long type = 0;
        bool isExternal = false;
        _entries.Clear();
        (long Offset, long Length)? data = null;
        _shape.Clear();
        _integers.Clear();
        while (cursor.MoveNext(end))
        {
            switch (cursor.Field)
            {
                case (1, WireFormat.WireType.Varint or WireFormat.WireType.LengthDelimited):
                    cursor.ReadIntegers(end, _shape);
                    break;
                case (2, WireFormat.WireType.Varint):
                    type = cursor.ReadInteger();
                    break;
                case (5 or 7, WireFormat.WireType.Varint or WireFormat.WireType.LengthDelimited):
                    cursor.ReadIntegers(end, _integers);
                    break;
                case (8, WireFormat.WireType.LengthDelimited):
                    name = cursor.ReadText(end);
                    break;
                case (4 or 9 or 10, WireFormat.WireType.LengthDelimited):
                    // A packed run of floats or doubles is the same bytes as raw data.
                    data = data is null ? cursor.SkipBytes(end) : throw cursor.Error($"tensor '{name}' has its data in pieces");
                    break;
                case (4 or 10, _):
                    throw cursor.Error($"tensor '{name}' has unpacked data, which is not supported");
                case (13, WireFormat.WireType.LengthDelimited):
                    _entries.Add(ReadEntry(cursor.Enter(end)));
                    break;
                case (14, WireFormat.WireType.Varint):
                    isExternal = cursor.ReadInteger() == 1;
                    break;
                default:
                    cursor.Skip(end);
                    break;
            }
        }
        if (FindType(type) is not { } elementType)
        {
            return required
                ? throw cursor.Error($"tensor '{name}' has type {(type is >= 0 and < 17 ? TypeNames[type] : type)}, which is not supported")
                : null;
        }
        return Create(name, elementType, isExternal ? ReadExternal(name) : data is { } place ? new MappedSection(files[0], place.Offset, place.Length) : null);
    }

    private CheckpointTensor Create(string name, TensorType type, TensorStorage? storage)
    {
        if (_shape.Count > TensorShape.MaxRank || _shape.Exists(d => d < 0))
            throw cursor.Error($"tensor '{name}' has a shape that is none");
        budget.ChargeTensor(name, _shape.Count);
        ImmutableArray<long> shape = [.. _shape];
        if (storage is not null && _integers.Count > 0)
            throw cursor.Error($"tensor '{name}' has its data twice");
        storage ??= Decode(name, type);
        if (!TensorShape.TryCount(shape, type.Size, out long count) || count * type.Size != storage.Length)
        {
            throw cursor.Error($"tensor '{name}' has shape [{string.Join(", ", shape)}] of {type}, "
                + $"which is not the {storage.Length} bytes of its data");
        }
        // Tensors may show the same part of a file of external data.
        budget.ChargeElements(name, type, count);
        return new CheckpointTensor(name, type, storage, new TensorLayout(shape, count, offset: 0));
    }

    // int32_data has integers of at most 32 bits and the bits of 16-bit floats, int64_data has int64.
    private MemoryStorage Decode(string name, TensorType type)
    {
        if (type is TensorType.F32 or TensorType.F64 && _integers.Count > 0)
            throw cursor.Error($"tensor '{name}' of {type} has integers for data");
        int size = type.Size;
        budget.Charge(64 + ((long)_integers.Count * size));
        byte[] bytes = new byte[_integers.Count * size];
        Span<byte> element = stackalloc byte[sizeof(long)];
        for (int i = 0; i < _integers.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(element, _integers[i]);
            element[..size].CopyTo(bytes.AsSpan(i * size));
        }
        return new MemoryStorage(bytes);
    }

    private KeyValuePair<string, string> ReadEntry(long end)
    {
        string key = "";
        string value = "";
        while (cursor.MoveNext(end))
        {
            if (cursor.Field == (1, WireFormat.WireType.LengthDelimited))
                key = cursor.ReadText(end);
            else if (cursor.Field == (2, WireFormat.WireType.LengthDelimited))
                value = cursor.ReadText(end);
            else
                cursor.Skip(end);
        }
        budget.Charge(64);
        return new(key, value);
    }

    private MappedSection ReadExternal(string name)
    {
        string location = "";
        long offset = 0;
        long? length = null;
        foreach ((string key, string value) in _entries)
        {
            switch (key)
            {
                case "location":
                    location = value;
                    break;
                case "offset":
                    offset = ReadNumber(name, key, value);
                    break;
                case "length":
                    length = ReadNumber(name, key, value);
                    break;
                case "checksum":
                    // SHA-1 of the file, which exporters do not write.
                    break;
                default:
                    throw cursor.Error($"the external data of tensor '{name}' has the unknown key '{key}'");
            }
        }
        MappedFile file = OpenExternal(name, location);
        if (offset > file.Length || (length ??= file.Length - offset) > file.Length - offset)
            throw cursor.Error($"the external data of tensor '{name}' ({length} bytes at {offset}) runs past the end of '{location}'");
        return new MappedSection(file, offset, length.Value);
    }

    private long ReadNumber(string name, string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw cursor.Error($"the external data of tensor '{name}' has the {key} '{value}', expected a natural number");

    private MappedFile OpenExternal(string name, string location)
    {
        if (_external.TryGetValue(location, out MappedFile? file))
            return file;
        if (!RelativePath.IsInside(location))
            throw cursor.Error($"the external data of tensor '{name}' is in '{location}', which is not a path inside the model's directory");
        string path = RelativePath.Beside(files[0].Path, location);
        if (!File.Exists(path))
            throw cursor.Error($"the external data of tensor '{name}' is in '{location}', which is not there");
        if (RelativePath.LeadsOut(files[0].Path, path))
            throw cursor.Error($"the external data of tensor '{name}' is in '{location}', a link that leads out of the model's directory");
        budget.Charge(512);
        file = MappedFile.Open(path);
        files.Add(file);
        budget.Extend(file.Length);
        _external.Add(location, file);
        return file;
    }

    private static TensorType? FindType(long type) => type switch
    {
        1 => TensorType.F32,
        2 => TensorType.U8,
        3 => TensorType.I8,
        5 => TensorType.I16,
        6 => TensorType.I32,
        7 => TensorType.I64,
        9 => TensorType.Bool,
        10 => TensorType.F16,
        11 => TensorType.F64,
        16 => TensorType.BF16,
        _ => null,
    };
}
