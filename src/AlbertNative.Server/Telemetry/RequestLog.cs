using System.Diagnostics;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Telemetry;

/// <summary>
/// A line of the log for each request: names that are configured, numbers, and the client's id of the request. Of those that were
/// answered, and of those that were refused, some stand for the others where there are many a second; each that has failed has a line.
/// </summary>
internal sealed partial class RequestLog(ILogger<RequestLog> logger, TimeProvider time)
{
    private readonly LogSampling _answered = new(time), _refused = new(time);

    public void Ended(ServerRequest request, string route, string? key, int status, ErrorKind? error)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        int sampled = status >= StatusCodes.Status500InternalServerError ? 1
            : status >= StatusCodes.Status400BadRequest ? _refused.Next() : _answered.Next();
        if (sampled == 0)
            return;
        RequestTimings timings = request.Timings;
        Write(
            logger, request.Http.TraceIdentifier, Activity.Current is { Recorded: true } span ? span.TraceId.ToHexString() : null, request.Dialect.Name, route, request.Model?.Name, request.Model?.Version, request.Task, key, status, error?.ToString(),
            timings.Texts, timings.Tokens, timings.Truncated, timings.Cache?.Hits ?? 0, request.Http.Request.ContentLength ?? 0,
            request.Http.Response.ContentLength ?? 0,
            timings.Reading.TotalMilliseconds, timings.Tokenization.TotalMilliseconds, timings.Queue.TotalMilliseconds,
            timings.Inference.TotalMilliseconds, timings.Writing.TotalMilliseconds, timings.Total.TotalMilliseconds,
            request.GoneAt is RequestPhase phase ? RequestPhases.NameOf(phase) : null, sampled);
    }

    [LoggerMessage(
        LogLevel.Information,
        "request_id={RequestId} trace_id={TraceId} dialect={Dialect} route={Route} model={Model} version={Version} task={Task} key={Key} status={Status} error={Error} texts={Texts} "
        + "tokens={Tokens} truncated={Truncated} cache_hits={CacheHits} bytes_in={BytesIn} bytes_out={BytesOut} read_ms={ReadMs:0.##} tokenize_ms={TokenizeMs:0.##} "
        + "queue_ms={QueueMs:0.##} compute_ms={ComputeMs:0.##} write_ms={WriteMs:0.##} total_ms={TotalMs:0.##} cancelled_at={CancelledAt} sampled={Sampled}")]
    private static partial void Write(
        ILogger logger, string requestId, string? traceId, string dialect, string route, string? model, string? version, string? task, string? key, int status, string? error,
        int texts, int tokens, int truncated, int cacheHits, long bytesIn, long bytesOut, double readMs, double tokenizeMs, double queueMs, double computeMs, double writeMs, double totalMs,
        string? cancelledAt, int sampled);
}
