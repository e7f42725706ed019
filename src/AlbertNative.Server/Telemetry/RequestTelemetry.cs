using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Telemetry;

/// <summary>What is told of every request that is over, whatever it came by: its counts, and its line of the log.</summary>
internal sealed class RequestTelemetry(ServerMetrics metrics, RequestLog log, InferenceScheduler scheduler)
{
    /// <summary>Tells of a request that is over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="route">The template of its route, or its call.</param>
    /// <param name="status">The status of its answer.</param>
    /// <param name="error">Why it was refused; null where it was not.</param>
    public void Ended(ServerRequest request, string route, int status, RequestException? error)
    {
        if (request.GoneAt is RequestPhase phase)
        {
            // Whatever had been said before it went: it has no answer.
            status = StatusCodes.Status499ClientClosedRequest;
            // What waited and what was computed the scheduler has counted itself.
            if (!request.IsGoneCounted)
                scheduler.Telemetry.Cancelled(RequestPhases.NameOf(phase));
        }
        else if (error is { IsCounted: false } && ReasonOf(error.Kind) is string reason)
        {
            scheduler.Telemetry.Rejected(reason);
        }
        metrics.Ended(request, status, error?.Kind);
        log.Ended(request, route, request.Http.Features.Get<ServingClient>()?.Name, status, error?.Kind);
    }

    /// <summary>The scheduler's word for a refusal; null for faults, and for who may not ask.</summary>
    private static string? ReasonOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Internal or ErrorKind.Unauthorized or ErrorKind.Forbidden or ErrorKind.Deadline => null,
        ErrorKind.Overloaded => "overload",
        ErrorKind.Quota => "quota",
        ErrorKind.NotReady => "not_ready",
        ErrorKind.BodyTooLarge or ErrorKind.TextTooLong or ErrorKind.TooMuch => "too_large",
        _ => "invalid",
    };
}
