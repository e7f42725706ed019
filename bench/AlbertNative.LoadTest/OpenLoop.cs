using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>
/// Requests at times that do not depend on the answers (Poisson), whose latency counts from the time at which they were meant
/// to be sent: a server that stops for a second shows it, as it does to users.
/// </summary>
internal sealed class OpenLoop(ReferenceAnswers answers, Uri server, int seed, string? key = null)
{
    private readonly List<double> _latencies = [];
    private readonly List<double> _retries = [];

    /// <summary>What became of the requests.</summary>
    public Outcomes Outcomes { get; } = new();

    /// <summary>Tokens that were answered right.</summary>
    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>How much later than meant the last request was sent: a generator that falls behind measures itself.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>How long the run took, until the last answer.</summary>
    public TimeSpan Took { get; private set; }

    private readonly TaskCompletionSource _last = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _tokens;
    private int _unanswered = 1; // the sender's own, until it has sent all

    /// <summary>Sends requests.</summary>
    /// <param name="perSecond">How many, on average.</param>
    /// <param name="time">For how long.</param>
    /// <param name="choose">The texts of a request.</param>
    public async Task RunAsync(double perSecond, TimeSpan time, Func<Random, int[]> choose)
    {
        Random random = new(seed);
        using LeanClient client = new(answers, server, [LoadClient.Computed, .. ClientKeys.Header(key)]);
        Stopwatch clock = Stopwatch.StartNew();
        double due = 0;
        while (true)
        {
            due += -Math.Log(1 - random.NextDouble()) / perSecond;
            if (due > time.TotalSeconds)
                break;
            double wait = due - clock.Elapsed.TotalSeconds;
            if (wait > 0.002)
                await Task.Delay(TimeSpan.FromSeconds(wait));
            Behind = clock.Elapsed - TimeSpan.FromSeconds(due);
            Interlocked.Increment(ref _unanswered);
            _ = AskAsync(client, choose(random), clock, due);
        }
        if (Interlocked.Decrement(ref _unanswered) > 0)
            await _last.Task;
        Took = clock.Elapsed;
    }

    /// <summary>A quantile of the answered requests' latencies, in milliseconds.</summary>
    public double Latency(double quantile)
    {
        lock (_latencies)
        {
            if (_latencies.Count == 0)
                return double.NaN;
            _latencies.Sort();
            return 1000 * _latencies[Math.Min(_latencies.Count - 1, (int)(quantile * _latencies.Count))];
        }
    }

    /// <summary>The median of the times after which refused clients were told to come again, in seconds.</summary>
    public double MedianRetry
    {
        get
        {
            lock (_latencies)
            {
                _retries.Sort();
                return _retries.Count == 0 ? double.NaN : _retries[_retries.Count / 2];
            }
        }
    }

    private async Task AskAsync(LeanClient client, int[] texts, Stopwatch clock, double meant)
    {
        (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts);
        double latency = clock.Elapsed.TotalSeconds - meant;
        Outcomes.Add(outcome, fault);
        lock (_latencies)
        {
            if (outcome == Outcome.Right)
                _latencies.Add(latency);
            else if (outcome == Outcome.Refused)
                _retries.Add(retry.TotalSeconds);
        }
        if (outcome == Outcome.Right)
            Interlocked.Add(ref _tokens, answers.TokensOf(texts));
        if (Interlocked.Decrement(ref _unanswered) == 0)
            _last.SetResult();
    }
}
