using System.Diagnostics.Metrics;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// What the server counts. A label's value is a dialect, a status, or a model that is configured: nothing of a client's, so that
/// the number of series is bounded.
/// </summary>
internal sealed class ServerMetrics : IDisposable
{
    /// <summary>The meter.</summary>
    public const string Name = "AlbertNative.Server";

    private static readonly string[] StatusClasses = [.. Enumerable.Range(0, 10).Select(first => $"{first}xx")];
    private static readonly string[] Reasons = [.. Enum.GetValues<ErrorKind>().Select(kind => kind.ToString().ToLowerInvariant())];

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;
    private readonly InferenceStatistics _statistics;
    private readonly TimeProvider _time;
    private readonly TeiMetrics? _tei;

    /// <param name="catalog">The models that can be served.</param>
    /// <param name="bodies">The bodies that are held.</param>
    /// <param name="statistics">What each model does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tei">The same under other names; null where nobody wants them.</param>
    public ServerMetrics(ModelCatalog catalog, RequestBodies bodies, InferenceStatistics statistics, TimeProvider time, TeiMetrics? tei = null)
    {
        _tei = tei;
        _statistics = statistics;
        _time = time;
        _requests = _meter.CreateCounter<long>("albertnative.requests", "{request}", "Requests that were answered");
        _texts = _meter.CreateCounter<long>("albertnative.texts", "{text}", "Texts that went through a model");
        _truncated = _meter.CreateCounter<long>("albertnative.truncated", "{text}", "Texts that were cut");
        _rejected = _meter.CreateCounter<long>("albertnative.refused", "{request}", "Requests that were refused, by their reason");
        _duration = _meter.CreateHistogram<double>(
            "gen_ai.server.request.duration", "s", "From a request's headers to its answer",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });
        _meter.CreateObservableGauge("albertnative.buffered", () => bodies.HeldBytes, "By", "Bytes of bodies that are being read");

        // Every series exists from the start: an alert on one that does not exist yet never fires.
        foreach (ModelSpec model in catalog.Specs)
        {
            _texts.Add(0, Tag("model", model.Name));
            _truncated.Add(0, Tag("model", model.Name));
        }
        foreach (string reason in Reasons)
            _rejected.Add(0, Tag("reason", reason));
    }

    /// <summary>Counts a request that has been answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model that it asked; null where it came to none.</param>
    /// <param name="status">The status of its answer.</param>
    /// <param name="error">Why it was refused; null where it was not.</param>
    public void Answered(ServerRequest request, string? model, int status, ErrorKind? error)
    {
        string dialect = request.Dialect.Name, asked = model ?? "";
        _requests.Add(1, Tag("dialect", dialect), Tag("model", asked), Tag("status", StatusClasses[Math.Clamp(status / 100, 0, 9)]));
        KeyValuePair<string, object?> operation = Tag("gen_ai.operation.name", dialect), of = Tag("gen_ai.request.model", asked);
        if (error is ErrorKind why)
            _duration.Record(request.Timings.Total.TotalSeconds, operation, of, Tag("error.type", Reasons[(int)why]));
        else
            _duration.Record(request.Timings.Total.TotalSeconds, operation, of);
        _tei?.Answered(request, error);
        _statistics.Answered(request, status < StatusCodes.Status400BadRequest, _time.GetUtcNow());
        if (error is ErrorKind kind)
            _rejected.Add(1, Tag("reason", Reasons[(int)kind]));
        if (model is null || status >= StatusCodes.Status400BadRequest)
            return;
        _texts.Add(request.Timings.Texts, Tag("model", model));
        if (request.Timings.Truncated > 0)
            _truncated.Add(request.Timings.Truncated, Tag("model", model));
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
