using System.Buffers.Binary;
using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Opens what torch.save wrote before PyTorch 1.6: five pickles (magic number, protocol version 1001, sys_info, the
/// object, the list of storage keys), then for each key an element count (int64) and the raw elements. Both are
/// little-endian whatever machine wrote them.
/// </summary>
internal sealed class TorchLegacyReader
{
    private const long ProtocolVersion = 1001;

    private readonly MappedFile _file;
    private readonly AllocationBudget _budget;
    private readonly Dictionary<string, TensorType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorStorage> _storages = new(StringComparer.Ordinal);
    private long _at;

    private TorchLegacyReader(MappedFile file)
    {
        _file = file;
        _budget = new AllocationBudget(file.Path, file.Length);
    }

    /// <summary>The first pickle: protocol 2, LONG1 of ten bytes, STOP (the number is 0x1950a86a20f9469cfc6c).</summary>
    public static ReadOnlySpan<byte> Magic =>
        [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    /// <summary>The tensors of a mapped file that begins with <see cref="Magic"/>; it stays the caller's to dispose.</summary>
    public static Checkpoint Read(MappedFile file)
    {
        TorchLegacyReader reader = new(file);
        ImmutableArray<CheckpointTensor> tensors = reader.ReadTensors();
        return new Checkpoint(file.Path, tensors, ImmutableDictionary<string, string>.Empty, [file]);
    }

    private ImmutableArray<CheckpointTensor> ReadTensors()
    {
        _at = Magic.Length;
        if (ReadPickle() is not ProtocolVersion)
            throw Error($"the file is of another protocol version than {ProtocolVersion}");
        if (ReadPickle() is not PickleDictionary)
            throw Error("the third pickle is not the dict sys_info");
        object? root = ReadPickle(CollectTypes);
        ReadStorages(ReadPickle());
        return new TorchStateDictionary(_file, _budget, FindStorage, isBigEndian: false).Read(root);
    }

    private object? ReadPickle(Action<TorchStorageReference>? onStorage = null)
    {
        int length = (int)Math.Min(_file.Length - _at, int.MaxValue);
        using StorageLease lease = _file.Lease(_at, length);
        object? value = new PickleReader(_file.Path, lease.Span, _budget, onStorage).Read(out int taken);
        _at += taken;
        return value;
    }

    // The raw storages do not say what they hold; the object before them does.
    private void CollectTypes(TorchStorageReference storage)
    {
        _budget.Charge(72);
        TensorName.CheckLength(_file.Path, storage.Key.Length);
        if (!_types.TryAdd(storage.Key, storage.Type) && _types[storage.Key] != storage.Type)
            throw Error($"storage '{storage.Key}' is both {_types[storage.Key]} and {storage.Type}");
    }

    private void ReadStorages(object? keys)
    {
        if (keys is not PickleList list)
            throw Error("the fifth pickle is not the list of storage keys");
        foreach (object? item in list.Items)
        {
            if (item is not string key || !_types.TryGetValue(key, out TensorType type))
                throw Error("the list of storage keys holds something that the object does not name");
            ReadStorage(key, type);
        }
        if (_at != _file.Length)
            throw Error($"the storages end at byte {_at}, the file at {_file.Length}");
    }

    private void ReadStorage(string key, TensorType type)
    {
        if (_file.Length - _at < sizeof(long))
            throw Error($"the file ends at byte {_file.Length}, before storage '{key}'");
        long count;
        using (StorageLease lease = _file.Lease(_at, sizeof(long)))
            count = BinaryPrimitives.ReadInt64LittleEndian(lease.Span);
        _at += sizeof(long);
        if (count < 0 || count > (_file.Length - _at) / type.Size)
            throw Error($"storage '{key}' of {count} elements of {type} at byte {_at} runs past the end of the file");
        _budget.Charge(256);
        if (!_storages.TryAdd(key, new MappedSection(_file, _at, count * type.Size)))
            throw Error($"the list of storage keys holds '{key}' twice");
        _at += count * type.Size;
    }

    private TensorStorage FindStorage(TorchStorageReference reference) =>
        _storages.TryGetValue(reference.Key, out TensorStorage? storage)
            ? storage
            : throw Error($"storage '{reference.Key}' is not in the list of storage keys");

    private CheckpointFormatException Error(string problem) => new(_file.Path, problem);
}
