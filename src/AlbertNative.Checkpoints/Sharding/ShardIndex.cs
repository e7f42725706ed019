using System.Collections.Immutable;
using System.Text.Json;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Opens a checkpoint that is cut into shards: a JSON index whose <c>weight_map</c> gives for each tensor the file
/// that holds it. The index and the files must agree in both directions.
/// </summary>
internal sealed class ShardIndex
{
    private const int MaxIndexBytes = 100_000_000;
    private const int MaxShards = 1024;

    private readonly string _path;
    private readonly AllocationBudget _budget;
    private readonly Dictionary<string, int> _shardOf = new(StringComparer.Ordinal);
    private readonly List<string> _shards = [];
    private readonly Dictionary<string, int> _shardNumbers = new(StringComparer.Ordinal);

    private ShardIndex(string path, long length)
    {
        _path = path;
        _budget = new AllocationBudget(path, length);
    }

    /// <summary>Opens the index and every shard it names.</summary>
    public static Checkpoint Open(string path)
    {
        using MappedFile file = MappedFile.Open(path);
        if (file.Length > MaxIndexBytes)
            throw new CheckpointFormatException(path, $"the index is {file.Length} bytes long, expected at most {MaxIndexBytes}");
        ShardIndex index = new(path, file.Length);
        using (StorageLease lease = file.Lease(0, (int)file.Length))
            index.Parse(lease.Span);
        return index.OpenShards();
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        bool mapSeen = false;
        try
        {
            Expect(ref reader, JsonTokenType.StartObject, "the index");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("weight_map"u8))
                {
                    // "metadata" has sizes that the shards state themselves.
                    reader.Skip();
                    continue;
                }
                if (mapSeen)
                    throw Error("the index has two 'weight_map'");
                mapSeen = true;
                ReadMap(ref reader);
            }
            _ = reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Error($"the index is not valid JSON ({e.Message})", e);
        }
        if (!mapSeen)
            throw Error("the index has no 'weight_map'");
    }

    private void ReadMap(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "'weight_map'");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = ReadName(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw Error($"'weight_map' entry '{name}' is a JSON {reader.TokenType}, expected String");
            _budget.Charge(96);
            if (!_shardOf.TryAdd(name, ReadShard(ref reader)))
                throw Error($"'weight_map' has the tensor '{name}' twice");
        }
    }

    // Few shards, many tensors: a name is made into a string once.
    private int ReadShard(ref Utf8JsonReader reader)
    {
        if (_shards.Count > 0 && reader.ValueTextEquals(_shards[^1]))
            return _shards.Count - 1;
        string shard = ReadName(ref reader);
        // An index inside an index is no shard.
        if (!RelativePath.IsInside(shard) || shard.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            throw Error($"the shard name '{shard}' is not a path inside the checkpoint's directory");
        if (_shardNumbers.TryGetValue(shard, out int number))
            return number;
        if (_shards.Count == MaxShards)
            throw Error($"the index names more than {MaxShards} shards");
        _shards.Add(shard);
        _shardNumbers.Add(shard, _shards.Count - 1);
        return _shards.Count - 1;
    }

    private string ReadName(ref Utf8JsonReader reader)
    {
        TensorName.CheckLength(_path, reader.ValueSpan.Length);
        _budget.ChargeString(reader.ValueSpan.Length);
        return reader.GetString()!;
    }

    private Checkpoint OpenShards()
    {
        List<Checkpoint> shards = [];
        try
        {
            foreach (string shard in _shards)
                shards.Add(OpenShard(shard));
            return Combine(shards);
        }
        catch
        {
            shards.ForEach(s => s.Dispose());
            throw;
        }
    }

    private Checkpoint OpenShard(string shard)
    {
        string path = RelativePath.Beside(_path, shard);
        if (!File.Exists(path))
            throw Error($"the shard '{shard}' is not there");
        if (RelativePath.LeadsOut(_path, path))
            throw Error($"the shard '{shard}' is a link that leads out of the checkpoint's directory");
        return CheckpointContainer.OpenTensors(path);
    }

    private Checkpoint Combine(List<Checkpoint> shards)
    {
        ImmutableArray<CheckpointTensor>.Builder tensors = ImmutableArray.CreateBuilder<CheckpointTensor>(_shardOf.Count);
        for (int i = 0; i < shards.Count; i++)
        {
            foreach (CheckpointTensor tensor in shards[i].Tensors)
            {
                bool isMapped = _shardOf.TryGetValue(tensor.Name, out int shard);
                if (!isMapped || shard != i)
                    throw Error($"tensor '{tensor.Name}' is in the shard '{_shards[i]}', but by the index in {(isMapped ? _shards[shard] : "none")}");
                tensors.Add(tensor);
            }
        }
        foreach ((string name, int shard) in _shardOf)
        {
            if (!shards[shard].TryGet(name, out _))
                throw Error($"tensor '{name}' is not in the shard '{_shards[shard]}', where the index has it");
        }
        return new Checkpoint(_path, tensors.MoveToImmutable(), CommonMetadata(shards), [.. shards.SelectMany(s => s.Files)]);
    }

    private static Dictionary<string, string> CommonMetadata(List<Checkpoint> shards)
    {
        Dictionary<string, string> common = new(StringComparer.Ordinal);
        foreach ((string key, string value) in shards.FirstOrDefault()?.Metadata ?? common)
        {
            if (shards.TrueForAll(s => s.Metadata.TryGetValue(key, out string? other) && other == value))
                common.Add(key, value);
        }
        return common;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw Error($"{what} is a JSON {reader.TokenType}, expected {expected}");
    }

    private CheckpointFormatException Error(string problem, Exception? inner = null) => new(_path, problem, inner);
}
