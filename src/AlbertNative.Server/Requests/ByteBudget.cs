namespace AlbertNative.Server.Requests;

/// <summary>
/// The memory that bodies may take while they are read, of all connections together. It is charged as bytes arrive, not by what
/// a client announces; one client may hold at most as much as is still free, so that there is always room for another.
/// </summary>
/// <param name="limit">The most bytes.</param>
internal sealed class ByteBudget(long limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>The bytes that are held now.</summary>
    public long Held
    {
        get
        {
            lock (_lock)
                return _total;
        }
    }

    /// <summary>Takes more bytes for a client; false where there is no room.</summary>
    public bool TryTake(string client, long bytes)
    {
        if (bytes == 0)
            return true;
        lock (_lock)
        {
            long held = _held.GetValueOrDefault(client);
            if (held + bytes > limit - _total)
                return false;
            _held[client] = held + bytes;
            _total += bytes;
            return true;
        }
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(string client, long bytes)
    {
        if (bytes == 0)
            return;
        lock (_lock)
        {
            _total -= bytes;
            if ((_held[client] -= bytes) == 0)
                _held.Remove(client);
        }
    }
}
