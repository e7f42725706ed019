using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// The server's figures under text-embeddings-inference's names, for dashboards that ask for those. Each request is counted once, which that
/// server does not always; a request of one text is single. Counts are gauges to the exporter, which would put <c>_total</c> behind a counter.
/// </summary>
internal sealed class TeiMetrics : IDisposable
{
    /// <summary>The meter.</summary>
    public const string Name = "AlbertNative.Server.Tei";

    // Its own: from 15 µs on, each half as large again.
    private static readonly double[] Seconds = [.. Enumerable.Range(0, 35).Select(i => 15e-6 * Math.Pow(1.5, i))];
    private static readonly double[] Powers = [.. Enumerable.Range(0, 15).Select(i => Math.Pow(2, i))];
    private static readonly string[] Methods = ["single", "batch"];

    private readonly Meter _meter = new(Name);
    private readonly MeterListener _steps = new();
    private readonly ConcurrentDictionary<string, long> _count = new(), _success = new(), _failure = new();
    private readonly Times _times;
    private readonly Texts _embed, _predict;
    private readonly Histogram<double> _inputLength, _size, _tokens;

    public TeiMetrics()
    {
        Count("te_request_count", "Requests", "method", _count, Methods);
        Count("te_request_success", "Requests that were answered", "method", _success, Methods);
        Count("te_request_failure", "Requests that were refused", "err", _failure, [.. Enum.GetValues<ErrorKind>().Select(ErrorOf).Distinct()]);
        _times = new Times(this, "te_request");
        _embed = new Texts(this, "te_embed");
        _predict = new Texts(this, "te_predict");
        _inputLength = Histogram("te_request_input_length", "Tokens of a request", Powers);
        _size = Histogram("te_batch_next_size", "Sequences of a step", Powers);
        _tokens = Histogram("te_batch_next_tokens", "Tokens of a step", Powers);
    }

    /// <summary>Takes over what a scheduler does. Called once.</summary>
    public void Follow(InferenceScheduler scheduler)
    {
        _meter.CreateObservableGauge("te_queue_size", () => scheduler.Load.Requests, description: "Requests that were admitted and are not over");
        _steps.InstrumentPublished = (instrument, listener) =>
        {
            Histogram<double>? follower = instrument.Name switch
            {
                "albertnative.step.sequences" => _size,
                "albertnative.step.tokens" => _tokens,
                _ => null,
            };
            if (follower is not null && ReferenceEquals(instrument.Meter, scheduler.Telemetry.Meter))
                listener.EnableMeasurementEvents(instrument, follower);
        };
        _steps.SetMeasurementEventCallback<int>(static (_, value, _, follower) => ((Histogram<double>)follower!).Record(value));
        _steps.Start();
    }

    /// <summary>Counts a request that has been answered, or refused; who only asks about the server or a model has no text and no post.</summary>
    public void Answered(ServerRequest request, ErrorKind? error)
    {
        RequestTimings timings = request.Timings;
        if (timings.Texts == 0 && (error is null || !HttpMethods.IsPost(request.Http.Request.Method)))
            return;
        string method = timings.Texts == 1 ? "single" : "batch";
        Add(_count, method);
        Texts? texts = request.Model?.Kind switch
        {
            ModelKind.Embedding => _embed,
            ModelKind.Classifier or ModelKind.Reranker => _predict,
            _ => null,
        };
        bool isSuccess = error is null && request.GoneAt is null;
        texts?.Answered(timings, isSuccess);
        if (error is ErrorKind kind)
        {
            Add(_failure, ErrorOf(kind));
            return;
        }
        if (!isSuccess)
            return;
        Add(_success, method);
        _times.Record(timings);
        _inputLength.Record(timings.Tokens);
    }

    public void Dispose()
    {
        _steps.Dispose();
        _meter.Dispose();
    }

    private static string ErrorOf(ErrorKind kind) => kind switch
    {
        ErrorKind.TooMuch => "batch_size",
        ErrorKind.NoSuchTask => "model_type",
        ErrorKind.Internal => "inference",
        ErrorKind.Overloaded or ErrorKind.Quota or ErrorKind.Deadline or ErrorKind.NotReady => "overloaded",
        _ => "validation",
    };

    private static void Add(ConcurrentDictionary<string, long> counts, string label) => counts.AddOrUpdate(label, 1, static (_, count) => count + 1);

    private void Count(string name, string description, string label, ConcurrentDictionary<string, long> counts, string[] labels)
    {
        foreach (string value in labels)
            counts[value] = 0;
        _meter.CreateObservableUpDownCounter(
            name, () => counts.Select(count => new Measurement<long>(count.Value, new KeyValuePair<string, object?>(label, count.Key))), description: description);
    }

    private Histogram<double> Histogram(string name, string description, double[] boundaries) => _meter.CreateHistogram(
        name, description: description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });

    /// <summary>How long requests took, and their parts.</summary>
    private sealed class Times(TeiMetrics metrics, string prefix)
    {
        private readonly Histogram<double> _total = metrics.Histogram($"{prefix}_duration", "Seconds of a request", Seconds);
        private readonly Histogram<double> _tokenization = metrics.Histogram($"{prefix}_tokenization_duration", "Seconds of its tokenizing", Seconds);
        private readonly Histogram<double> _queue = metrics.Histogram($"{prefix}_queue_duration", "Seconds that it waited", Seconds);
        private readonly Histogram<double> _inference = metrics.Histogram($"{prefix}_inference_duration", "Seconds that it was computed", Seconds);

        public void Record(RequestTimings timings)
        {
            _total.Record(timings.Total.TotalSeconds);
            _tokenization.Record(timings.Tokenization.TotalSeconds);
            _queue.Record(timings.Queue.TotalSeconds);
            _inference.Record(timings.Inference.TotalSeconds);
        }
    }

    /// <summary>The texts that models of a kind were asked about, and the times of the requests that had them.</summary>
    private sealed class Texts
    {
        private readonly Times _times;
        private long _count, _success;

        public Texts(TeiMetrics metrics, string prefix)
        {
            _times = new Times(metrics, prefix);
            metrics._meter.CreateObservableUpDownCounter($"{prefix}_count", () => Volatile.Read(ref _count), description: "Texts");
            metrics._meter.CreateObservableUpDownCounter($"{prefix}_success", () => Volatile.Read(ref _success), description: "Texts that were answered");
        }

        public void Answered(RequestTimings timings, bool isSuccess)
        {
            Interlocked.Add(ref _count, timings.Texts);
            if (!isSuccess)
                return;
            Interlocked.Add(ref _success, timings.Texts);
            _times.Record(timings);
        }
    }
}
