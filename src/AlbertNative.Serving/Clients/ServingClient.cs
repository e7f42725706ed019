namespace AlbertNative.Serving;

/// <summary>
/// One client: whoever has a key, or an address. Its share of the queue and its quotas are in this object, so that there has
/// to be one for each client.
/// </summary>
public sealed class ServingClient
{
    private static long _last;

    private readonly Lock _gate = new();
    private readonly QuotaBucket? _requests;
    private readonly QuotaBucket? _tokens;
    private Promise _promised;
    private double _share = 1;

    /// <summary>Makes a client whose quotas are full.</summary>
    /// <param name="options">What it may do.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">A figure is not positive, or the name is empty.</exception>
    public ServingClient(ClientOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        time ??= TimeProvider.System;
        _requests = options.RequestsPerMinute is long requests ? new QuotaBucket(requests, time) : null;
        _tokens = options.TokensPerMinute is long tokens ? new QuotaBucket(tokens, time) : null;
    }

    /// <summary>What it may do.</summary>
    public ClientOptions Options { get; }

    /// <summary>Its name in metrics and logs.</summary>
    public string Name => Options.Name;

    /// <summary>What is left of its requests; null without a quota.</summary>
    public QuotaStatus? Requests => StatusOf(_requests);

    /// <summary>What is left of its tokens; null without a quota.</summary>
    public QuotaStatus? Tokens => StatusOf(_tokens);

    /// <summary>Which of all clients of this process it is.</summary>
    internal long Number { get; } = Interlocked.Increment(ref _last);

    /// <summary>What its admitted requests take, in ticks of processor time as estimated when they came. The scheduler's.</summary>
    internal long Held { get; set; }

    /// <summary>Its admitted requests. The scheduler's.</summary>
    internal int Running { get; set; }

    /// <summary>
    /// The share of its quotas of a minute that this process lets it have, more than 0 and at most 1: where several servers keep
    /// a client's quotas together and cannot ask each other, each its part.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no such share.</exception>
    public double QuotaShare
    {
        get
        {
            lock (_gate)
                return _share;
        }
        set
        {
            if (!(value is > 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, $"the share is {value}, expected more than 0, at most 1");
            lock (_gate)
            {
                _share = value;
                _requests?.Share = value;
                _tokens?.Share = value;
            }
        }
    }

    /// <summary>Whether it may use a model.</summary>
    public bool MayUse(string model) => Options.Models is null || Options.Models.Contains(model);

    /// <summary>Work of its own that was told to come back, in seconds. The scheduler's.</summary>
    internal double PromisedLeft(TimeProvider time, double rate) => _promised.Left(time, rate);

    internal void AddPromise(double seconds, double most) => _promised.Add(seconds, most);

    /// <summary>How long until its quotas allow so much; zero where they do now. Takes nothing.</summary>
    internal TimeSpan QuotaWait(long requests, long tokens)
    {
        lock (_gate)
            return Wait(requests, tokens);
    }

    /// <summary>Takes so much from its quotas; where they do not allow it, takes nothing and says how long until they do.</summary>
    internal TimeSpan TakeQuota(long requests, long tokens)
    {
        lock (_gate)
        {
            TimeSpan wait = Wait(requests, tokens);
            if (wait == TimeSpan.Zero)
            {
                _requests?.Take(requests);
                _tokens?.Take(tokens);
            }
            return wait;
        }
    }

    private TimeSpan Wait(long requests, long tokens)
    {
        TimeSpan first = _requests?.WaitFor(requests) ?? TimeSpan.Zero, second = _tokens?.WaitFor(tokens) ?? TimeSpan.Zero;
        return first > second ? first : second;
    }

    private QuotaStatus? StatusOf(QuotaBucket? bucket)
    {
        lock (_gate)
            return bucket?.Status;
    }
}
