using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AlbertNative.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file: for each tensor its <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>
/// (begin and end within the data that follows the header), and the strings of <c>__metadata__</c>. The format is
/// described at https://huggingface.co/docs/safetensors.
/// </summary>
internal sealed class SafetensorsHeader
{
    private readonly string _path;
    private readonly AllocationBudget _budget;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly long[] _numbers = new long[TensorShape.MaxRank];

    private SafetensorsHeader(string path, AllocationBudget budget)
    {
        _path = path;
        _budget = budget;
    }

    /// <summary>
    /// One tensor's row of the header; the element count is that of the shape. A class: collections of structs are compiled
    /// when they are first used, which takes longer than reading a header.
    /// </summary>
    public sealed record Entry(
        string Name, TensorType Type, ImmutableArray<long> Shape, long ElementCount, long Begin, long End);

    public IReadOnlyList<Entry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a header and checks everything but the extents against the data.</summary>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, AllocationBudget budget)
    {
        SafetensorsHeader header = new(path, budget);
        // White space before it is legal JSON, and Hugging Face's reader takes it.
        int start = 0;
        while (start < json.Length && json[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            start++;
        if (start == json.Length || json[start] != (byte)'{')
            throw header.Error("the safetensors header does not begin with '{'");
        Utf8JsonReader reader = new(json);
        try
        {
            header.ReadAll(ref reader);
        }
        // GetString throws InvalidOperationException for bytes or escapes that are no Unicode.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw header.Error($"the header is not valid JSON ({e.Message})", e);
        }
        return header;
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        bool metadataSeen = false;
        // It begins with a brace, so this is one, or throws.
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("__metadata__"u8))
            {
                ReadTensor(ref reader);
            }
            else if (!metadataSeen)
            {
                metadataSeen = true;
                ReadMetadata(ref reader);
            }
            else
            {
                throw Error("the header has two '__metadata__'");
            }
        }
        // The reader throws for anything but white space after the object's end.
        _ = reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "the header's", "__metadata__");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = ReadName(ref reader);
            Expect(ref reader, JsonTokenType.String, "the '__metadata__' entry", key);
            _budget.Charge(128);
            if (!_metadata.TryAdd(key, ReadText(ref reader)))
                throw Error($"'__metadata__' has the key '{key}' twice");
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader)
    {
        string name = ReadName(ref reader);
        TensorType? type = null;
        ImmutableArray<long> shape = default;
        ImmutableArray<long> offsets = default;
        Expect(ref reader, JsonTokenType.StartObject, "tensor", name);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (type is null && reader.ValueTextEquals("dtype"u8))
                type = ReadType(ref reader, name);
            else if (shape.IsDefault && reader.ValueTextEquals("shape"u8))
                shape = ReadNumbers(ref reader, name, "shape");
            else if (offsets.IsDefault && reader.ValueTextEquals("data_offsets"u8))
                offsets = ReadNumbers(ref reader, name, "data_offsets");
            else
                throw Error($"tensor '{name}' has an unknown or repeated key '{ReadName(ref reader)}'");
        }
        if (type is null || shape.IsDefault || offsets.IsDefault)
            throw Error($"tensor '{name}' lacks one of dtype, shape and data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw Error($"tensor '{name}' has data_offsets [{string.Join(", ", offsets)}], expected [begin, end] with begin <= end");
        _budget.ChargeTensor(name, shape.Length);
        Add(name, type.Value, shape, offsets[0], offsets[1]);
    }

    private void Add(string name, TensorType type, ImmutableArray<long> shape, long begin, long end)
    {
        if (!TensorShape.TryCount(shape, type.Size, out long count) || count * type.Size != end - begin)
        {
            throw Error($"tensor '{name}' has shape [{string.Join(", ", shape)}] of {type}, "
                + $"which is not the {end - begin} bytes of its data_offsets [{begin}, {end}]");
        }
        _entries.Add(new Entry(name, type, shape, count, begin, end));
    }

    private TensorType ReadType(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, "the dtype of tensor", name);
        foreach (TensorType type in SafetensorsTypes.All)
        {
            if (reader.ValueTextEquals(SafetensorsTypes.Name(type)))
                return type;
        }
        throw Error($"tensor '{name}' has dtype '{ReadName(ref reader)}', supported are {SafetensorsTypes.Names}");
    }

    private ImmutableArray<long> ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        Expect(ref reader, JsonTokenType.StartArray, "the numbers of tensor", name);
        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0)
                throw Error($"the {key} of tensor '{name}' holds something that is not a natural number below 2^63");
            if (count == _numbers.Length)
                throw Error($"the {key} of tensor '{name}' has more than {TensorShape.MaxRank} entries");
            _numbers[count++] = number;
        }
        long[] numbers = new long[count];
        Array.Copy(_numbers, numbers, count);
        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }

    private string ReadName(ref Utf8JsonReader reader)
    {
        TensorName.CheckLength(_path, reader.ValueSpan.Length);
        return ReadText(ref reader);
    }

    private string ReadText(ref Utf8JsonReader reader)
    {
        _budget.ChargeString(reader.ValueSpan.Length);
        return reader.GetString()!;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what, string name)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw Error($"{what} '{name}' is a JSON {reader.TokenType}, expected {expected}");
    }

    private CheckpointFormatException Error(string problem, Exception? inner = null) => new(_path, problem, inner);
}
