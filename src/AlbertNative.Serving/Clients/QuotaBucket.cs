namespace AlbertNative.Serving;

/// <summary>
/// A quota a minute as a bucket that is refilled without pause: a minute's worth may be used at once, and then as much as
/// flows in. Guarded by its client.
/// </summary>
internal sealed class QuotaBucket(long perMinute, TimeProvider time)
{
    private double _most = perMinute;
    private double _level = perMinute;
    private long _seen = time.GetTimestamp();

    private double PerSecond => _most / 60;

    /// <summary>The part of the quota that there is, more than 0 and at most 1.</summary>
    public double Share
    {
        set
        {
            Refill();
            _most = perMinute * value;
            _level = Math.Min(_level, _most);
        }
    }

    public QuotaStatus Status
    {
        get
        {
            Refill();
            return new(Math.Max(1, (long)_most), Math.Max(0, (long)_level), TimeSpan.FromSeconds((_most - _level) / PerSecond));
        }
    }

    /// <summary>
    /// How long until so much may be taken; zero where it may now. What is more than a minute's worth may be taken from a
    /// full bucket, and is paid off afterwards: else it could never be.
    /// </summary>
    public TimeSpan WaitFor(long amount)
    {
        Refill();
        double missing = Math.Min(amount, _most) - _level;
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
        _level = Math.Min(_most, _level + (time.GetElapsedTime(_seen, now).TotalSeconds * PerSecond));
        _seen = now;
    }
}
