using System.Diagnostics.Metrics;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// What the server counts. A label's value is a dialect, a status, a task, or a model that is configured: nothing of a client's, so that
/// the number of series is bounded.
/// </summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter.</summary>
    public const string Name = "AlbertNative.Server";

    /// <summary>The model of a request that came to none, and the task of one that asked for none.</summary>
    private const string Other = "_other";

    /// <summary>The fault of a request whose client has gone.</summary>
    private const string Cancelled = "cancelled";

    private static readonly string[] StatusClasses = [.. Enumerable.Range(0, 10).Select(first => $"{first}xx")];
    private static readonly string[] Reasons = [.. Enum.GetValues<ErrorKind>().Select(kind => kind.ToString().ToLowerInvariant())];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _tokens;
    private readonly InferenceStatistics _statistics;
    private readonly TimeProvider _time;
    private readonly TeiMetrics? _tei;

    /// <param name="bodies">The bodies that are held.</param>
    /// <param name="statistics">What each model does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tei">The same under other names; null where nobody wants them.</param>
    public ServerMetrics(RequestBodies bodies, InferenceStatistics statistics, TimeProvider time, TeiMetrics? tei = null)
    {
        _tei = tei;
        _statistics = statistics;
        _time = time;
        _requests = Meter.CreateCounter<long>("albertnative.requests", "{request}", "Requests that were answered");
        _texts = Meter.CreateCounter<long>("albertnative.texts", "{text}", "Texts that went through a model");
        _truncated = Meter.CreateCounter<long>("albertnative.truncated", "{text}", "Texts that were cut");
        _rejected = Meter.CreateCounter<long>("albertnative.refused", "{request}", "Requests that were refused, by their reason");
        _duration = Meter.CreateHistogram<double>(
            "gen_ai.server.request.duration", "s", "From a request's headers to its answer",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });
        _tokens = Meter.CreateHistogram<int>(
            "gen_ai.client.token.usage", "{token}", "Tokens of a request's texts",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] });
        Meter.CreateObservableGauge("albertnative.buffered", () => bodies.HeldBytes, "By", "Bytes of bodies that are being read");

        // Every series exists from the start: an alert on one that does not exist yet never fires.
        foreach (string reason in Reasons)
            _rejected.Add(0, Tag("reason", reason));
    }

    /// <summary>The meter.</summary>
    public Meter Meter { get; } = new(Name);

    /// <summary>Has the series of a model begin at 0.</summary>
    public void Serves(ServedModel served)
    {
        KeyValuePair<string, object?> model = Tag("model", served.Name);
        _truncated.Add(0, model);
        foreach (string name in TaskNames.Of(served))
        {
            KeyValuePair<string, object?> task = Tag("task", name);
            _texts.Add(0, model, task);
            foreach (Dialect dialect in DialectOf.All)
            {
                foreach (int status in (int[])[2, 4, 5])
                    _requests.Add(0, model, task, Tag("dialect", dialect.Name), Tag("status", StatusClasses[status]));
            }
        }
    }

    /// <summary>Counts a request that is over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status of its answer.</param>
    /// <param name="error">Why it was refused; null where it was not.</param>
    public void Ended(ServerRequest request, int status, ErrorKind? error)
    {
        string model = request.Model?.Name ?? Other, task = request.Task ?? Other;
        _requests.Add(
            1, Tag("model", model), Tag("task", task), Tag("dialect", request.Dialect.Name), Tag("status", StatusClasses[Math.Clamp(status / 100, 0, 9)]));
        _tei?.Answered(request, error);
        _statistics.Answered(request, status < StatusCodes.Status400BadRequest, _time.GetUtcNow());
        if (error is ErrorKind kind)
            _rejected.Add(1, Tag("reason", Reasons[(int)kind]));
        Operated(request, model, task, error);
        if (request.Model is null || status >= StatusCodes.Status400BadRequest)
            return;
        if (request.Task is not null)
            _texts.Add(request.Timings.Texts, Tag("model", model), Tag("task", task));
        if (request.Timings.Truncated > 0)
            _truncated.Add(request.Timings.Truncated, Tag("model", model));
    }

    public void Dispose() => Meter.Dispose();

    /// <summary>What OpenTelemetry's conventions want to know of an operation; who only asks about the server or a model asks for none.</summary>
    private void Operated(ServerRequest request, string model, string task, ErrorKind? error)
    {
        if (request.Task is null && (error is null || !HttpMethods.IsPost(request.Http.Request.Method)))
            return;
        KeyValuePair<string, object?> operation = Tag("gen_ai.operation.name", task), of = Tag("gen_ai.request.model", model);
        string? failure = error is ErrorKind why ? Reasons[(int)why] : request.GoneAt is null ? null : Cancelled;
        if (failure is not null)
        {
            _duration.Record(request.Timings.Total.TotalSeconds, operation, of, Tag("error.type", failure));
            return;
        }
        _duration.Record(request.Timings.Total.TotalSeconds, operation, of);
        if (request.Timings.Tokens > 0)
            _tokens.Record(request.Timings.Tokens, operation, of, Tag("gen_ai.token.type", "input"));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
