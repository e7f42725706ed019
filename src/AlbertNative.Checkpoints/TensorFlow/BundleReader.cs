using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Opens a TensorFlow 1 checkpoint: <c>PREFIX.index</c>, a sorted table from names to places, and the data files
/// <c>PREFIX.data-SSSSS-of-NNNNN</c> that they are in (tensorflow/core/util/tensor_bundle). Tensors keep the names that
/// the program's variables have; optimizer slots and counters are among them. All checksums are compared, so that the
/// data is read once when it is opened.
/// </summary>
internal sealed class BundleReader
{
    private const string ObjectGraph = "_CHECKPOINTABLE_OBJECT_GRAPH";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly AllocationBudget _budget;
    private readonly BundleEntryReader _entryReader;
    private readonly List<MappedFile> _shards;
    private readonly List<(string Name, BundleEntry Entry)> _entries = [];
    private readonly Dictionary<string, BundleEntry> _parts = new(StringComparer.Ordinal);
    private readonly List<(string Name, BundleEntry Entry)> _stored = [];
    private bool _headerSeen;

    private BundleReader(MappedFile index, List<MappedFile> shards)
    {
        _path = index.Path;
        _shards = shards;
        _budget = new AllocationBudget(_path, index.Length);
        _entryReader = new BundleEntryReader(_path, _budget);
        new SortedTable(index, _budget).Read(ReadRow);
    }

    /// <summary>Opens the checkpoint of an index.</summary>
    public static Checkpoint Open(string path)
    {
        List<MappedFile> shards = [];
        try
        {
            BundleReader reader;
            using (MappedFile index = MappedFile.Open(path))
                reader = new BundleReader(index, shards);
            return new Checkpoint(path, reader.ReadTensors(), ImmutableDictionary<string, string>.Empty, [.. shards]);
        }
        catch
        {
            shards.ForEach(s => s.Dispose());
            throw;
        }
    }

    private void ReadRow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!_headerSeen)
        {
            if (!key.IsEmpty)
                throw Error("the index has no header");
            _headerSeen = true;
            OpenShards(_entryReader.ReadHeader(value));
            return;
        }
        bool isPart = key[0] == SliceKey.First;
        string name = isPart ? Encoding.Latin1.GetString(key) : ReadName(key);
        BundleEntry? entry = _entryReader.ReadEntry(name, value);
        if (entry is null || name == ObjectGraph)
            throw RefuseStrings(name);
        _budget.ChargeTensor(name, entry.Shape.Length);
        _budget.Charge(128);
        if (isPart)
            _parts.Add(name, entry);
        else
            _entries.Add((name, entry));
    }

    private string ReadName(ReadOnlySpan<byte> key)
    {
        TensorName.CheckLength(_path, key.Length);
        try
        {
            return StrictUtf8.GetString(key);
        }
        catch (DecoderFallbackException e)
        {
            throw Error("the name of a tensor is not UTF-8", e);
        }
    }

    private CheckpointFormatException RefuseStrings(string name)
    {
        if (name != ObjectGraph)
            return Error($"tensor '{name}' has strings for elements, which no weight has");
        bool isSavedModel = File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_path))!, "..", TensorFlowFiles.SavedModel));
        return Error($"a TensorFlow 2 {(isSavedModel ? "SavedModel" : "object-based checkpoint")}, which is not supported: "
            + "its names are attributes of the program that wrote it; convert it with that program");
    }

    private void OpenShards(int count)
    {
        string prefix = _path[..^TensorFlowFiles.IndexEnding.Length];
        for (int i = 0; i < count; i++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{prefix}.data-{i:D5}-of-{count:D5}");
            if (!File.Exists(path))
                throw Error($"the data file '{Path.GetFileName(path)}' is not there");
            _shards.Add(MappedFile.Open(path));
            _budget.Extend(_shards[^1].Length);
        }
    }

    private ImmutableArray<CheckpointTensor> ReadTensors()
    {
        if (!_headerSeen)
            throw Error("the index has no header");
        ImmutableArray<CheckpointTensor>.Builder tensors = ImmutableArray.CreateBuilder<CheckpointTensor>(_entries.Count);
        foreach ((string name, BundleEntry entry) in _entries)
        {
            if (!TensorShape.TryCount(entry.Shape, entry.Type.Size, out long count))
                throw Error($"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], which is too large");
            _budget.ChargeElements(name, entry.Type, count);
            TensorStorage storage = entry.Slices.IsEmpty ? Locate(name, entry) : Assemble(name, entry, count);
            tensors.Add(new CheckpointTensor(name, entry.Type, storage, new TensorLayout(entry.Shape, count, offset: 0)));
        }
        if (_parts.Count > 0)
            throw Error($"'{_parts.Keys.First()}' is a part of no variable");
        CheckOverlaps();
        CheckSums();
        return tensors.MoveToImmutable();
    }

    private MappedSection Locate(string name, BundleEntry entry)
    {
        if (entry.Shard >= _shards.Count)
            throw Error($"tensor '{name}' is in data file {entry.Shard} of {_shards.Count}");
        MappedFile file = _shards[entry.Shard];
        if (entry.Offset > file.Length || entry.Size > file.Length - entry.Offset)
        {
            throw Error($"tensor '{name}' ({entry.Size} bytes at {entry.Offset}) runs past the end of its data file, "
                + $"'{Path.GetFileName(file.Path)}' of {file.Length}");
        }
        if (!TensorShape.TryCount(entry.Shape, entry.Type.Size, out long count) || count * entry.Type.Size != entry.Size)
            throw Error($"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}] of {entry.Type}, which is not {entry.Size} bytes");
        _stored.Add((name, entry));
        return new MappedSection(file, entry.Offset, entry.Size);
    }

    private PartitionedStorage Assemble(string name, BundleEntry whole, long count)
    {
        int size = whole.Type.Size;
        if (count * size > Array.MaxLength)
            throw Error($"tensor '{name}' is in parts, and {count * size} bytes long, more than an array holds");
        _budget.ChargeInflated(name, count * size);
        SlicedDimension cut = SlicedDimension.Find(whole.Shape, whole.Slices)
            ?? throw Error($"the parts of tensor '{name}' do not cover it, one after the other along one dimension");
        List<MappedSection> parts = [];
        foreach (BundleSlice slice in cut.Slices)
        {
            // A part that is taken is gone: no two variables have the same.
            if (!_parts.Remove(SliceKey.Of(name, slice), out BundleEntry? part))
                throw Error($"a part of tensor '{name}', which begins at [{string.Join(", ", slice.Starts)}], is not there");
            if (part.Type != whole.Type || !part.Shape.SequenceEqual(cut.ShapeOf(slice)))
                throw Error($"a part of tensor '{name}' is {part.Type} [{string.Join(", ", part.Shape)}], expected {whole.Type} [{string.Join(", ", cut.ShapeOf(slice))}]");
            parts.Add(Locate(name, part));
        }
        return new PartitionedStorage(parts, cut.Runs, (int)(count * size));
    }

    private void CheckOverlaps()
    {
        (string Name, BundleEntry Entry)? before = null;
        foreach ((string name, BundleEntry entry) in _stored.OrderBy(s => s.Entry.Shard).ThenBy(s => s.Entry.Offset).ThenBy(s => s.Entry.Size))
        {
            if (before is var (other, last) && last.Shard == entry.Shard && entry.Offset < last.Offset + last.Size)
                throw Error($"the tensors '{other}' and '{name}' share bytes");
            before = (name, entry);
        }
    }

    private void CheckSums()
    {
        const int Chunk = 1 << 20;
        foreach ((string name, BundleEntry entry) in _stored)
        {
            uint state = MaskedCrc32C.Start;
            for (long done = 0; done < entry.Size; done += Chunk)
            {
                using StorageLease lease = _shards[entry.Shard].Lease(entry.Offset + done, (int)Math.Min(Chunk, entry.Size - done));
                state = MaskedCrc32C.Append(state, lease.Span);
            }
            if (MaskedCrc32C.Finish(state) != entry.Checksum)
                throw Error($"tensor '{name}' does not have the checksum that the index has for it: its data file is damaged");
        }
    }

    private CheckpointFormatException Error(string problem, Exception? inner = null) => new(_path, problem, inner);
}
