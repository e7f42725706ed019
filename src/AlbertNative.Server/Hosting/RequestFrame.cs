using AlbertNative.Server.Dialects;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// What every answer has, whatever became of the request: an id, no cached copies, a body in its dialect where the framework has
/// only a status, and, while the server drains, the request to close the connection.
/// </summary>
internal sealed partial class RequestFrame(RequestDelegate next, ServerState state, ILogger<RequestFrame> logger)
{
    private const int LongestId = 128;

    public async Task InvokeAsync(HttpContext http)
    {
        string id = IdOf(http.Request.Headers["x-request-id"]);
        http.TraceIdentifier = id;
        http.Response.OnStarting(() =>
        {
            http.Response.Headers["x-request-id"] = id;
            if (state.IsDraining)
                http.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        try
        {
            await next(http).ConfigureAwait(false);
            if (ErrorOf(http) is RequestException error)
                await JsonAnswer.WriteErrorAsync(http, DialectOf.Endpoint(http), error).ConfigureAwait(false);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            // Of an exception the type alone is written: its message may quote a text.
            LogFault(logger, id, e.GetType().FullName!);
            await JsonAnswer.WriteErrorAsync(
                http, DialectOf.Endpoint(http), new RequestException(ErrorKind.Internal, $"the server has failed; its log has the request {id}")).ConfigureAwait(false);
        }
    }

    /// <summary>The client's id, or one of ours where that is none that may stand in a header and a log.</summary>
    private static string IdOf(string? given) =>
        given is { Length: > 0 and <= LongestId } && given.All(c => c is > ' ' and < (char)0x7F) ? given : Guid.NewGuid().ToString("N");

    private static RequestException? ErrorOf(HttpContext http)
    {
        if (http.Response.HasStarted || http.Response.ContentLength is not null)
            return null;
        return http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new(ErrorKind.NoSuchRoute, "not found"),
            StatusCodes.Status405MethodNotAllowed => new(ErrorKind.Method, $"the route takes {http.Response.Headers.Allow}"),
            _ => null,
        };
    }

    [LoggerMessage(LogLevel.Error, "request {RequestId} has failed: {ExceptionType}")]
    private static partial void LogFault(ILogger logger, string requestId, string exceptionType);
}
