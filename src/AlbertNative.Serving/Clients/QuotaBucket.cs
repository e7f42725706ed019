namespace AlbertNative.Serving;

/// <summary>
/// A quota a minute as a bucket that is refilled without pause: a minute's worth may be used at once, and then as much as
/// flows in. Guarded by its client.
/// </summary>
internal sealed class QuotaBucket(long perMinute, TimeProvider time)
{
    private double _level = perMinute;
    private long _seen = time.GetTimestamp();

    private double PerSecond => perMinute / 60.0;

    public QuotaStatus Status
    {
        get
        {
            Refill();
            return new(perMinute, Math.Max(0, (long)_level), TimeSpan.FromSeconds((perMinute - _level) / PerSecond));
        }
    }

    /// <summary>
    /// How long until so much may be taken; zero where it may now. What is more than a minute's worth may be taken from a
    /// full bucket, and is paid off afterwards: else it could never be.
    /// </summary>
    public TimeSpan WaitFor(long amount)
    {
        Refill();
        double missing = Math.Min(amount, perMinute) - _level;
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(missing / PerSecond);
    }

    /// <summary>Takes so much.</summary>
    public void Take(long amount)
    {
        Refill();
        _level -= amount;
    }

    private void Refill()
    {
        long now = time.GetTimestamp();
        _level = Math.Min(perMinute, _level + (time.GetElapsedTime(_seen, now).TotalSeconds * PerSecond));
        _seen = now;
    }
}
