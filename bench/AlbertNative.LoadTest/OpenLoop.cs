using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>
/// Requests at times that do not depend on the answers (Poisson), whose latency counts from the time at which they were meant
/// to be sent: a server that stops for a second shows it, as it does to users.
/// </summary>
/// <param name="answers">What is right.</param>
/// <param name="server">Whom it asks.</param>
/// <param name="seed">The seed.</param>
/// <param name="headers">Added to each request.</param>
internal sealed class OpenLoop(ReferenceAnswers answers, Uri server, int seed, params IEnumerable<(string Name, string Value)> headers)
{
    private readonly Latencies _retries = new();

    /// <summary>What became of the requests.</summary>
    public Outcomes Outcomes { get; } = new();

    /// <summary>How long the requests took that were answered right, from when they were meant to be sent.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>How long after it was sent every answer has to come, whatever it says.</summary>
    public TimeSpan Limit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>When the server went on after it had been stopped, as a timestamp of <see cref="Stopwatch"/>: the limit of what was sent before counts from then.</summary>
    public long WentOn { get; set; }

    /// <summary>Answers that came later than the limit.</summary>
    public int Late => Volatile.Read(ref _late);

    /// <summary>Tokens that were answered right.</summary>
    public long Tokens => Volatile.Read(ref _tokens);

    /// <summary>How much later than meant the last request was sent: a generator that falls behind measures itself.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>How long the run took, until the last answer.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>The median of the times after which refused clients were told to come again, in seconds.</summary>
    public double MedianRetry => _retries.At(0.5) / 1000;

    private readonly TaskCompletionSource _last = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _tokens;
    private int _late;
    private int _unanswered = 1; // the sender's own, until it has sent all

    /// <summary>Sends requests.</summary>
    /// <param name="perSecond">How many, on average.</param>
    /// <param name="time">For how long.</param>
    /// <param name="choose">The texts of a request.</param>
    /// <param name="patience">When a request's client goes; null for one that waits as long as it takes. Null where all do.</param>
    public async Task RunAsync(double perSecond, TimeSpan time, Func<Random, int[]> choose, Func<Random, TimeSpan?>? patience = null)
    {
        Random random = new(seed);
        using LeanClient client = new(answers, server, [LoadClient.Computed, .. headers]);
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
            _ = AskAsync(client, choose(random), patience?.Invoke(random), clock, due);
        }
        if (Interlocked.Decrement(ref _unanswered) > 0)
            await _last.Task;
        Took = clock.Elapsed;
    }

    private async Task AskAsync(LeanClient client, int[] texts, TimeSpan? patience, Stopwatch clock, double meant)
    {
        long sent = Stopwatch.GetTimestamp();
        using CancellationTokenSource? leave = patience is TimeSpan time ? new(time) : null;
        (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts, leave?.Token ?? default);
        double latency = clock.Elapsed.TotalSeconds - meant;
        Outcomes.Add(outcome, fault);
        if (outcome != Outcome.Left && Limit != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(Math.Max(sent, WentOn)) > Limit)
            Interlocked.Increment(ref _late);
        if (outcome == Outcome.Right)
        {
            Latencies.Add(latency);
            Interlocked.Add(ref _tokens, answers.TokensOf(texts));
        }
        else if (outcome == Outcome.Refused)
        {
            _retries.Add(retry.TotalSeconds);
        }
        if (Interlocked.Decrement(ref _unanswered) == 0)
            _last.SetResult();
    }
}
