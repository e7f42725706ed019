using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AlbertNative.Serving;

/// <summary>
/// What can be observed of a scheduler: figures and the names of configured models, never a text. Every series of a fixed
/// label exists from the beginning, for listeners that were there before the scheduler.
/// </summary>
public sealed class ServingTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "AlbertNative.Serving";

    /// <summary>The name of the source of spans.</summary>
    public const string SourceName = "AlbertNative.Serving";

    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
    private static readonly int[] Powers = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private static readonly string? Version = typeof(ServingTelemetry).Assembly.GetName().Version?.ToString(3);

    private readonly Histogram<double> _queueDuration;
    private readonly Histogram<int> _stepTokens;
    private readonly Histogram<int> _stepSequences;
    private readonly Histogram<double> _stepDuration;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _preempted;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<double> _busy;

    internal ServingTelemetry()
    {
        Meter = new Meter(MeterName, Version);
        _queueDuration = CreateHistogram("albertnative.queue.duration", "s", "How long an input waited for its first layer.", Seconds);
        _stepTokens = CreateHistogram("albertnative.step.tokens", "{token}", "Tokens that went through a layer together.", Powers);
        _stepSequences = CreateHistogram("albertnative.step.sequences", "{sequence}", "Sequences that went through a layer together.", Powers);
        _stepDuration = CreateHistogram("albertnative.step.duration", "s", "How long a layer took.", Seconds);
        _tokens = Meter.CreateCounter<long>("albertnative.tokens", "{token}", "Tokens of sequences that went through a whole model; of others, by the layers that they had gone through when nobody wanted them any more; and of those that needed not to because their result was there, or on its way.");
        _rejected = Meter.CreateCounter<long>("albertnative.rejected", "{request}", "Requests that were refused.");
        _cancelled = Meter.CreateCounter<long>("albertnative.cancelled", "{request}", "Requests whose client went away.");
        _expired = Meter.CreateCounter<long>("albertnative.expired", "{request}", "Requests whose deadline passed.");
        _preempted = Meter.CreateCounter<long>("albertnative.preempted", "{step}", "Passes that were put aside between two layers.");
        _hits = Meter.CreateCounter<long>("albertnative.cache.hits", "{input}", "Inputs whose result was there.");
        _misses = Meter.CreateCounter<long>("albertnative.cache.misses", "{input}", "Inputs whose result was not there.");
        _busy = Meter.CreateCounter<double>("albertnative.worker.busy", "s", "Time that workers computed, that of all where one had the threads of all.");
        foreach (string reason in (string[])["overload", "quota", "deadline", "too_large", "invalid", "not_ready", "draining"])
            _rejected.Add(0, Tag("reason", reason));
        foreach (string stage in (string[])["reading", "queued", "running", "writing"])
            _cancelled.Add(0, Tag("stage", stage));
        foreach (string stage in (string[])["queued", "running"])
            _expired.Add(0, Tag("stage", stage));
        _preempted.Add(0);
    }

    /// <summary>The scheduler's meter, for instruments of whoever stands on it.</summary>
    public Meter Meter { get; }

    /// <summary>
    /// Spans of requests, <c>albert.queue</c> and <c>albert.compute</c>, below whatever was current when they were submitted, where that is
    /// sampled; and of steps, <c>albert.step</c>, which refer to those.
    /// </summary>
    public static ActivitySource Source { get; } = new(SourceName, Version);

    /// <summary>Counts a request that was refused.</summary>
    /// <param name="reason">One of overload, quota, deadline, too_large, invalid, not_ready, draining.</param>
    public void Rejected(string reason) => _rejected.Add(1, Tag("reason", reason));

    /// <summary>Counts a request whose client went away.</summary>
    /// <param name="stage">One of reading, queued, running, writing.</param>
    public void Cancelled(string stage) => _cancelled.Add(1, Tag("stage", stage));

    /// <summary>Has the series of a model begin at 0.</summary>
    internal void Served(string model)
    {
        foreach (string kind in (string[])["computed", "wasted", "cached", "coalesced"])
            Spared(model, kind, 0);
        Looked(model, hits: 0, misses: 0);
    }

    internal void Looked(string model, int hits, int misses)
    {
        _hits.Add(hits, Tag("model", model));
        _misses.Add(misses, Tag("model", model));
    }

    internal void Spared(string model, string kind, long tokens) => _tokens.Add(tokens, Tag("model", model), Tag("kind", kind));

    /// <summary>Ends the meter.</summary>
    public void Dispose() => Meter.Dispose();

    internal void Rejected(RefusalReason reason) => Rejected(reason switch
    {
        RefusalReason.Overloaded => "overload",
        RefusalReason.QuotaExceeded => "quota",
        RefusalReason.DeadlineUnreachable => "deadline",
        RefusalReason.TooLarge => "too_large",
        _ => "draining",
    });

    internal void Cancelled(RequestStage stage) => Cancelled(Name(stage));

    internal void Expired(RequestStage stage) => _expired.Add(1, Tag("stage", Name(stage)));

    internal void Preempted() => _preempted.Add(1);

    internal void Taken(ScheduledSequence sequence, TimeSpan waited)
    {
        if (sequence.Index == 0)
            _queueDuration.Record(waited.TotalSeconds, Tag("lane", Name(sequence.Input.Request.Stream)));
    }

    internal void Stepped(WorkStream stream, KeyValuePair<string, object?> worker, int tokens, int sequences, long through, double seconds, double workerSeconds)
    {
        KeyValuePair<string, object?> lane = Tag("lane", Name(stream));
        _stepTokens.Record(tokens, lane);
        _stepSequences.Record(sequences, lane);
        _stepDuration.Record(seconds, lane);
        _busy.Add(workerSeconds, worker);
        if (through > 0)
            _tokens.Add(through, Tag("model", stream.Work.Name), Tag("kind", "computed"));
    }

    internal void Wasted(WorkStream stream, long tokens)
    {
        if (tokens > 0)
            _tokens.Add(tokens, Tag("model", stream.Work.Name), Tag("kind", "wasted"));
    }

    /// <summary>What is read from the queue itself whenever somebody looks.</summary>
    internal void Observe(WorkQueue queue, Func<double> wait)
    {
        Meter.CreateObservableGauge("albertnative.queue.wait", wait, "s", "How long a new request would wait.");
        Gauge("albertnative.queue.requests", "{request}", "Requests that were admitted and are not over.", stream => stream.Requests);
        Gauge("albertnative.queue.sequences", "{sequence}", "Sequences on their way through the layers.", stream => stream.Running);
        Gauge("albertnative.queue.tokens", "{token}", "Tokens of what was admitted and is not over.", stream => stream.Tokens);
        Gauge("albertnative.queue.bytes", "By", "Memory of what was admitted and is not over.", stream => stream.Bytes);
        Meter.CreateObservableGauge("albertnative.rate", () => Read(stream => new Measurement<double>(
            stream.Work.Cost.Rate, Tag("model", stream.Work.Name)), stream => stream.Lane == WorkLane.Bulk), "{token}/s", "Tokens that a worker does in a second.");

        void Gauge(string name, string unit, string description, Func<WorkStream, long> value) => Meter.CreateObservableGauge(
            name, () => Read(stream => new Measurement<long>(
                value(stream), Tag("model", stream.Work.Name), Tag("lane", Name(stream))), static _ => true), unit, description);

        Measurement<T>[] Read<T>(Func<WorkStream, Measurement<T>> measure, Func<WorkStream, bool> wanted)
            where T : struct
        {
            lock (queue.Gate)
                return [.. queue.Streams.Where(wanted).Select(measure)];
        }
    }

    private Histogram<T> CreateHistogram<T>(string name, string unit, string description, T[] boundaries)
        where T : struct =>
        Meter.CreateHistogram(name, unit, description, advice: new InstrumentAdvice<T> { HistogramBucketBoundaries = boundaries });

    private static string Name(RequestStage stage) => stage == RequestStage.Queued ? "queued" : "running";

    internal static string Name(WorkStream stream) => stream.Lane == WorkLane.Express ? "express" : "bulk";

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
