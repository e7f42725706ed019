namespace AlbertNative.LoadTest;

/// <summary>How long each of many things took. Thread-safe.</summary>
internal sealed class Latencies
{
    private readonly List<double> _seconds = [];

    /// <summary>One more.</summary>
    public void Add(double seconds)
    {
        lock (_seconds)
            _seconds.Add(seconds);
    }

    /// <summary>A quantile of them, in milliseconds; not a number where there is none.</summary>
    public double At(double quantile)
    {
        lock (_seconds)
        {
            if (_seconds.Count == 0)
                return double.NaN;
            _seconds.Sort();
            return 1000 * _seconds[Math.Min(_seconds.Count - 1, (int)(quantile * _seconds.Count))];
        }
    }
}
