using System.Collections.Immutable;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Opens what torch.save has written since PyTorch 1.6: a zip archive with <c>NAME/data.pkl</c>, the raw storages
/// <c>NAME/data/KEY</c> and, in newer files, <c>NAME/byteorder</c>.
/// </summary>
internal sealed class TorchZipReader
{
    private readonly MappedFile _file;
    private readonly AllocationBudget _budget;
    private readonly IReadOnlyDictionary<string, ZipEntry> _entries;
    private readonly Dictionary<string, TensorStorage> _storages = new(StringComparer.Ordinal);
    private readonly string _root;

    private TorchZipReader(MappedFile file)
    {
        _file = file;
        _budget = new AllocationBudget(file.Path, file.Length);
        _entries = ZipDirectory.Read(file, _budget).Entries;
        _root = FindRoot();
    }

    /// <summary>The tensors of a mapped file, which stays the caller's to dispose.</summary>
    public static Checkpoint Read(MappedFile file)
    {
        TorchZipReader reader = new(file);
        TorchStateDictionary state = new(file, reader._budget, reader.FindStorage, reader.ReadIsBigEndian());
        ImmutableArray<CheckpointTensor> tensors = state.Read(reader.ReadPickle());
        return new Checkpoint(file.Path, tensors, ImmutableDictionary<string, string>.Empty, [file]);
    }

    private string FindRoot()
    {
        const string Pickle = "/data.pkl";
        string[] pickles = [.. _entries.Keys.Where(n => n.EndsWith(Pickle, StringComparison.Ordinal) && n.IndexOf('/') == n.Length - Pickle.Length)];
        if (pickles.Length != 1)
            throw Error($"the zip archive has {pickles.Length} entries NAME/data.pkl, expected one: torch.save did not write it");
        string root = pickles[0][..^"data.pkl".Length];
        if (_entries.ContainsKey(root + "constants.pkl"))
            throw Error("the file is a TorchScript program, which is not supported; save the model's state dict instead");
        return root;
    }

    private bool ReadIsBigEndian()
    {
        if (!_entries.TryGetValue(_root + "byteorder", out ZipEntry? entry))
            return false;
        using StorageLease lease = OpenDescription(entry);
        ReadOnlySpan<byte> order = lease.Span;
        if (order.SequenceEqual("little"u8))
            return false;
        return order.SequenceEqual("big"u8)
            ? true
            : throw Error($"zip entry '{entry.Name}' says neither 'little' nor 'big'");
    }

    private object? ReadPickle()
    {
        ZipEntry entry = _entries[_root + "data.pkl"];
        using StorageLease lease = OpenDescription(entry);
        PickleReader pickle = new(_file.Path, lease.Span, _budget);
        object? root = pickle.Read(out int length);
        return length == entry.Length ? root : throw Error($"zip entry '{entry.Name}' has {entry.Length - length} bytes after its pickle");
    }

    private StorageLease OpenDescription(ZipEntry entry)
    {
        if (entry.IsDeflated)
            _budget.Charge(entry.Length);
        return Open(entry).Lease(0, RequireInt(entry));
    }

    private TensorStorage FindStorage(TorchStorageReference reference)
    {
        if (_storages.TryGetValue(reference.Key, out TensorStorage? storage))
            return storage;
        string name = $"{_root}data/{reference.Key}";
        if (!_entries.TryGetValue(name, out ZipEntry? entry))
            throw Error($"the pickle names the storage '{reference.Key}', but there is no zip entry '{name}'");
        storage = Open(entry);
        _budget.Charge(256);
        _storages.Add(reference.Key, storage);
        return storage;
    }

    private TensorStorage Open(ZipEntry entry) => entry.IsDeflated
        ? DeflatedEntry.Open(_file, entry, _budget)
        : new MappedSection(_file, entry.DataOffset, entry.Length);

    private int RequireInt(ZipEntry entry) => entry.Length <= Array.MaxLength
        ? (int)entry.Length
        : throw Error($"zip entry '{entry.Name}' is {entry.Length} bytes long");

    private CheckpointFormatException Error(string problem) => new(_file.Path, problem);
}
