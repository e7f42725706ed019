namespace AlbertNative.Serving;

/// <summary>
/// Finished results, bounded by their bytes: a segmented LRU. What is new is on trial; what is asked for again is kept in most of
/// the room, so that a stream of texts that come once does not drive out those that come often. Guarded by its owner.
/// </summary>
/// <param name="capacity">The most bytes.</param>
internal sealed class ResultStore(long capacity)
{
    /// <summary>About the objects around a result.</summary>
    private const int BytesOfEntry = 192;

    private const double KeptShare = 0.8;

    private readonly Dictionary<ResultKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _trial = new();
    private readonly LinkedList<Entry> _kept = new();
    private long _keptBytes;

    /// <summary>The bytes that are held.</summary>
    public long Bytes { get; private set; }

    /// <summary>A result; null where it is not there.</summary>
    public object? Find(ResultKey key)
    {
        if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            return null;
        node.List!.Remove(node);
        if (!node.Value.IsKept)
        {
            node.Value.IsKept = true;
            _keptBytes += node.Value.Bytes;
        }
        _kept.AddFirst(node);
        while (_keptBytes > KeptShare * capacity && _kept.Last is { } oldest && oldest != node)
        {
            _kept.Remove(oldest);
            oldest.Value.IsKept = false;
            _keptBytes -= oldest.Value.Bytes;
            _trial.AddFirst(oldest);
        }
        return node.Value.Result;
    }

    /// <summary>Keeps a result.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="result">The result, which nobody may change.</param>
    /// <param name="size">Its bytes.</param>
    /// <returns>How many others had to go.</returns>
    public int Put(ResultKey key, object result, long size)
    {
        size += BytesOfEntry;
        if (size > capacity || _entries.ContainsKey(key))
            return 0;
        _entries[key] = _trial.AddFirst(new Entry(key, result, size));
        Bytes += size;
        int evicted = 0;
        while (Bytes > capacity)
        {
            LinkedListNode<Entry> oldest = _trial.Last is { } tried && tried.Value.Key != key ? tried : _kept.Last ?? _trial.Last!;
            oldest.List!.Remove(oldest);
            if (oldest.Value.IsKept)
                _keptBytes -= oldest.Value.Bytes;
            _entries.Remove(oldest.Value.Key);
            Bytes -= oldest.Value.Bytes;
            evicted++;
        }
        return evicted;
    }

    private sealed record Entry(ResultKey Key, object Result, long Bytes)
    {
        public bool IsKept { get; set; }
    }
}
