namespace AlbertNative.Serving;

/// <summary>Work that was refused and told to come back: seconds of it, which run off as time passes.</summary>
internal struct Promise
{
    private double _seconds;
    private long _seen;

    /// <summary>How much is still to come.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="rate">How fast it runs off, in seconds a second.</param>
    public double Left(TimeProvider time, double rate)
    {
        long now = time.GetTimestamp();
        if (_seconds > 0)
            _seconds = Math.Max(0, _seconds - (rate * time.GetElapsedTime(_seen, now).TotalSeconds));
        _seen = now;
        return _seconds;
    }

    /// <summary>Adds what was told to come back, up to a most.</summary>
    public void Add(double seconds, double most) => _seconds = Math.Min(most, _seconds + seconds);
}
