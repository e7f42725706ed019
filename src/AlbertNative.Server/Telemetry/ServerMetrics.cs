using System.Diagnostics;
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

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _truncated;
    private readonly Counter<long> _rejected;
    private readonly Histogram<double> _duration;
    private readonly InferenceStatistics _statistics;
    private readonly TimeProvider _time;

    public ServerMetrics(ModelCatalog catalog, RequestBodies bodies, InferenceStatistics statistics, TimeProvider time)
    {
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
            TagList ofModel = new() { { "model", model.Name } };
            _texts.Add(0, ofModel);
            _truncated.Add(0, ofModel);
        }
        foreach (ErrorKind kind in Enum.GetValues<ErrorKind>())
            _rejected.Add(0, new KeyValuePair<string, object?>("reason", NameOf(kind)));
    }

    /// <summary>Counts a request that has been answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model that it asked; null where it came to none.</param>
    /// <param name="status">The status of its answer.</param>
    /// <param name="error">Why it was refused; null where it was not.</param>
    public void Answered(ServerRequest request, string? model, int status, ErrorKind? error)
    {
        string statusClass = $"{status / 100}xx";
        _requests.Add(1, new TagList { { "dialect", request.Dialect.Name }, { "model", model ?? "" }, { "status", statusClass } });
        _duration.Record(
            request.Timings.Total.TotalSeconds, new TagList { { "gen_ai.operation.name", request.Dialect.Name }, { "gen_ai.request.model", model ?? "" } });
        _statistics.Answered(request, status < StatusCodes.Status400BadRequest, _time.GetUtcNow());
        if (error is ErrorKind kind)
            _rejected.Add(1, new KeyValuePair<string, object?>("reason", NameOf(kind)));
        if (model is null || status >= StatusCodes.Status400BadRequest)
            return;
        TagList ofModel = new() { { "model", model } };
        _texts.Add(request.Timings.Texts, ofModel);
        _truncated.Add(request.Timings.Truncated, ofModel);
    }

    public void Dispose() => _meter.Dispose();

    private static string NameOf(ErrorKind kind) => kind.ToString().ToLowerInvariant();
}
