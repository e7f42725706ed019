using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Reads the messages of a TensorFlow checkpoint's index: BundleHeaderProto and BundleEntryProto of
/// tensorflow/core/protobuf/tensor_bundle.proto, TensorShapeProto and TensorSliceProto of tensorflow/core/framework.
/// </summary>
internal sealed class BundleEntryReader(string path, AllocationBudget budget)
{
    private const int String = 7;

    // The version of the format that this reader knows; what needs a later one says so.
    private const int Version = 1;

    // The names of DataType in types.proto, for messages.
    private static readonly string[] TypeNames =
    [
        "DT_INVALID", "float32", "float64", "int32", "uint8", "int16", "int8", "string", "complex64", "int64", "bool", "qint8",
        "quint8", "qint32", "bfloat16", "qint16", "quint16", "uint16", "complex128", "float16", "resource", "variant", "uint32", "uint64",
    ];

    private readonly List<long> _starts = [];
    private readonly List<long> _lengths = [];

    /// <summary>Reads the header, the value of the empty key, and returns the number of data files.</summary>
    public int ReadHeader(ReadOnlySpan<byte> message)
    {
        ulong shards = 0;
        WireReader reader = new(message);
        while (Next(ref reader, "the header", out WireField field))
        {
            switch (field.Number)
            {
                case 1:
                    shards = field.Value;
                    break;
                case 2 when field.Value != 0:
                    throw Error("the checkpoint was written by a big-endian machine, which is not supported");
                case 3:
                    ReadVersion(field.Bytes);
                    break;
                default:
                    break;
            }
        }
        return shards is > 0 and < 100_000 ? (int)shards : throw Error($"the header says that there are {shards} data files");
    }

    /// <summary>Reads an entry; null for a tensor of strings.</summary>
    public BundleEntry? ReadEntry(string name, ReadOnlySpan<byte> message)
    {
        ulong type = 0, shard = 0, offset = 0, size = 0, checksum = 0;
        ImmutableArray<long> shape = [];
        ImmutableArray<BundleSlice>.Builder slices = ImmutableArray.CreateBuilder<BundleSlice>();
        WireReader reader = new(message);
        while (Next(ref reader, name, out WireField field))
        {
            switch (field.Number)
            {
                case 1:
                    type = field.Value;
                    break;
                case 2 when field.IsMessage:
                    shape = ReadShape(name, field.Bytes);
                    break;
                case 3:
                    shard = field.Value;
                    break;
                case 4:
                    offset = field.Value;
                    break;
                case 5:
                    size = field.Value;
                    break;
                case 6:
                    checksum = field.Value;
                    break;
                case 7 when field.IsMessage:
                    slices.Add(ReadSlice(name, field.Bytes));
                    break;
                default:
                    break;
            }
        }
        if (type == String)
            return null;
        TensorType known = FindType(type) ?? throw Error(
            $"tensor '{name}' has type {(type < (ulong)TypeNames.Length ? TypeNames[type] : type)}, which is not supported");
        if (shard > int.MaxValue || offset > long.MaxValue || size > long.MaxValue)
            throw Error($"tensor '{name}' is said to be {(long)size} bytes at {(long)offset} of data file {(long)shard}");
        return new BundleEntry(known, shape, (int)shard, (long)offset, (long)size, (uint)checksum, slices.DrainToImmutable());
    }

    private void ReadVersion(ReadOnlySpan<byte> message)
    {
        WireReader reader = new(message);
        while (Next(ref reader, "the header's version", out WireField field))
        {
            if (field.Number == 2 && field.Value > Version)
                throw Error($"the checkpoint asks for readers of version {field.Value}, this is one of version {Version}");
            if (field.Number == 3 && field.Value == Version)
                throw Error($"the checkpoint says that readers of version {Version} must not read it");
        }
    }

    private ImmutableArray<long> ReadShape(string name, ReadOnlySpan<byte> message)
    {
        ImmutableArray<long>.Builder shape = ImmutableArray.CreateBuilder<long>();
        WireReader reader = new(message);
        while (Next(ref reader, name, out WireField field))
        {
            if (field.Number == 3 && field.Value != 0)
                throw Error($"tensor '{name}' has a shape of unknown rank");
            if (field.Number != 2)
                continue;
            if (shape.Count == TensorShape.MaxRank)
                throw Error($"tensor '{name}' has more than {TensorShape.MaxRank} dimensions");
            long size = ReadNumber(name, field.Bytes, 1) ?? 0;
            shape.Add(size >= 0 ? size : throw Error($"tensor '{name}' has a dimension of {size}"));
        }
        return shape.DrainToImmutable();
    }

    private BundleSlice ReadSlice(string name, ReadOnlySpan<byte> message)
    {
        _starts.Clear();
        _lengths.Clear();
        WireReader reader = new(message);
        while (Next(ref reader, name, out WireField field))
        {
            if (field.Number != 1)
                continue;
            if (_starts.Count == TensorShape.MaxRank)
                throw Error($"tensor '{name}' has a part of more than {TensorShape.MaxRank} dimensions");
            _starts.Add(ReadNumber(name, field.Bytes, 1) ?? 0);
            _lengths.Add(ReadNumber(name, field.Bytes, 2) ?? -1);
        }
        // Itself, in a list that grows, and what its key will take.
        budget.Charge(256);
        budget.ChargeArray(4L * _starts.Count);
        return new BundleSlice([.. _starts], [.. _lengths]);
    }

    private long? ReadNumber(string name, ReadOnlySpan<byte> message, int number)
    {
        long? value = null;
        WireReader reader = new(message);
        while (Next(ref reader, name, out WireField field))
        {
            if (field.Number == number)
                value = (long)field.Value;
        }
        return value;
    }

    private bool Next(scoped ref WireReader reader, string what, out WireField field) => reader.TryReadField(out field)
        ? field.Number != 0
        : throw Error($"the index entry of '{what}' is damaged");

    private static TensorType? FindType(ulong type) => type switch
    {
        1 => TensorType.F32,
        2 => TensorType.F64,
        3 => TensorType.I32,
        4 => TensorType.U8,
        5 => TensorType.I16,
        6 => TensorType.I8,
        9 => TensorType.I64,
        10 => TensorType.Bool,
        14 => TensorType.BF16,
        19 => TensorType.F16,
        _ => null,
    };

    private CheckpointFormatException Error(string problem) => new(path, problem);
}
