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

    public void Answered(ServerRequest request, string route, string? model, string? key, int status, ErrorKind? error)
    {
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        int sampled = status >= StatusCodes.Status500InternalServerError ? 1
            : status >= StatusCodes.Status400BadRequest ? _refused.Next() : _answered.Next();
        if (sampled == 0)
            return;
        RequestTimings timings = request.Timings;
        Write(
            logger, request.Http.TraceIdentifier, Activity.Current is { Recorded: true } span ? span.TraceId.ToHexString() : null, request.Dialect.Name, route, model, request.Model?.Version, key, status, error?.ToString(),
            timings.Texts, timings.Tokens, timings.Truncated, timings.Cache?.Hits ?? 0, request.Http.Request.ContentLength ?? 0,
            request.Http.Response.ContentLength ?? 0,
            timings.Tokenization.TotalMilliseconds, timings.Queue.TotalMilliseconds, timings.Inference.TotalMilliseconds,
            timings.Total.TotalMilliseconds, sampled);
    }

    [LoggerMessage(
        LogLevel.Information,
        "request_id={RequestId} trace_id={TraceId} dialect={Dialect} route={Route} model={Model} version={Version} key={Key} status={Status} error={Error} texts={Texts} "
        + "tokens={Tokens} truncated={Truncated} cache_hits={CacheHits} bytes_in={BytesIn} bytes_out={BytesOut} tokenize_ms={TokenizeMs:0.##} queue_ms={QueueMs:0.##} "
        + "compute_ms={ComputeMs:0.##} total_ms={TotalMs:0.##} sampled={Sampled}")]
    private static partial void Write(
        ILogger logger, string requestId, string? traceId, string dialect, string route, string? model, string? version, string? key, int status, string? error,
        int texts, int tokens, int truncated, int cacheHits, long bytesIn, long bytesOut, double tokenizeMs, double queueMs, double computeMs, double totalMs, int sampled);
}
