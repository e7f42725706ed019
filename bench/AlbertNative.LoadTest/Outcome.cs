namespace AlbertNative.LoadTest;

/// <summary>What became of a request.</summary>
internal enum Outcome
{
    /// <summary>Every bit of the answer is right.</summary>
    Right,

    /// <summary>It was answered, and the answer is wrong.</summary>
    Wrong,

    /// <summary>429, with the time after which to try again.</summary>
    Refused,

    /// <summary>504: its own deadline has passed.</summary>
    Expired,

    /// <summary>Its client has gone.</summary>
    Left,

    /// <summary>An answer that no client can do anything with.</summary>
    Lost,

    /// <summary>Nobody listens: nothing was sent.</summary>
    Unreachable,

    /// <summary>The connection has ended before the answer was whole.</summary>
    Cut,
}

/// <summary>How often each outcome was met, and the first that should not have been.</summary>
internal sealed class Outcomes
{
    private const int MostFaults = 5;

    private static readonly Outcome[] Bad = [Outcome.Wrong, Outcome.Lost, Outcome.Unreachable, Outcome.Cut];

    private readonly long[] _counts = new long[Enum.GetValues<Outcome>().Length];
    private readonly List<string> _faults = [];

    public long this[Outcome outcome] => Volatile.Read(ref _counts[(int)outcome]);

    /// <summary>All requests.</summary>
    public long All => Enum.GetValues<Outcome>().Sum(outcome => this[outcome]);

    /// <summary>Whether nothing was wrong or lost, whichever way.</summary>
    public bool AreGood => Bad.All(outcome => this[outcome] == 0);

    public void Add(Outcome outcome, string? fault = null)
    {
        Interlocked.Increment(ref _counts[(int)outcome]);
        if (fault is null || !Bad.Contains(outcome))
            return;
        lock (_faults)
        {
            if (_faults.Count < MostFaults)
                _faults.Add($"{outcome}: {fault}");
        }
    }

    public override string ToString()
    {
        string counts = string.Join(", ", Enum.GetValues<Outcome>().Select(outcome => $"{this[outcome]} {outcome.ToString().ToLowerInvariant()}"));
        lock (_faults)
            return _faults.Count == 0 ? counts : $"{counts}\n  {string.Join("\n  ", _faults)}";
    }
}
