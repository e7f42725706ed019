namespace AlbertNative.Server.Telemetry;

/// <summary>
/// Chooses which events are written where there are many: the first hundred of a second, then ever fewer, and in the next second as
/// many of them as make about a hundred lines. Thread-safe.
/// </summary>
internal sealed class LogSampling(TimeProvider time)
{
    /// <summary>Lines a second.</summary>
    private const int Wanted = 100;

    private readonly Lock _gate = new();
    private long _second;
    private int _seen;
    private int _every = 1;

    /// <summary>Counts an event.</summary>
    /// <returns>For how many events its line stands; 0 where it gets none.</returns>
    public int Next()
    {
        long second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_gate)
        {
            if (second != _second)
            {
                _every = second == _second + 1 ? Math.Max(1, _seen / Wanted) : 1;
                (_second, _seen) = (second, 0);
            }
            int every = Math.Max(_every, 1 + (_seen / Wanted));
            return _seen++ % every == 0 ? every : 0;
        }
    }
}
