namespace AlbertNative.Hub.Http;

/// <summary>
/// Notices an answer that keeps sending, so that it is never silent, but so little that it would never end: the bytes of
/// each period of <see cref="HubOptions.Timeout"/> must make <see cref="HubOptions.MinRate"/>.
/// </summary>
internal sealed class LowestRate(HubOptions options)
{
    private long _start = options.Clock.GetTimestamp();
    private long _bytes;

    /// <summary>Counts bytes that have arrived; false where the period that ends with them had too few.</summary>
    public bool Allows(int bytes)
    {
        _bytes += bytes;
        TimeSpan elapsed = options.Clock.GetElapsedTime(_start);
        if (elapsed < options.Timeout)
            return true;
        bool enough = _bytes >= options.MinRate * elapsed.TotalSeconds;
        (_start, _bytes) = (options.Clock.GetTimestamp(), 0);
        return enough;
    }
}
