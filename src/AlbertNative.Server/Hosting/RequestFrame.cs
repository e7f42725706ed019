using System.Globalization;
using System.Security.Cryptography;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// What every answer has, whatever became of the request: an id, no cached copies, a body in its dialect where the framework has
/// only a status, and, while the server drains, the request to close the connection.
/// </summary>
internal sealed partial class RequestFrame
{
    private const int LongestId = 128;

    private static readonly string Prefix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private static long _last;

    private readonly RequestDelegate _next;
    private readonly ServerState _state;
    private readonly ILogger _logger;
    private readonly Func<object, Task> _onStarting;

    public RequestFrame(RequestDelegate next, ServerState state, ILogger<RequestFrame> logger)
    {
        _next = next;
        _state = state;
        _logger = logger;
        _onStarting = Frame; // once, and not with every request
    }

    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = IdOf(http.Request.Headers["x-request-id"]);
        http.Response.OnStarting(_onStarting, http);
        try
        {
            await _next(http).ConfigureAwait(false);
            if (ErrorOf(http) is RequestException error)
                await JsonAnswer.WriteErrorAsync(http, DialectOf.Endpoint(http), error).ConfigureAwait(false);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            // Of an exception the type alone is written: its message may quote a text.
            LogFault(_logger, http.TraceIdentifier, e.GetType().FullName!);
            await JsonAnswer.WriteErrorAsync(
                http, DialectOf.Endpoint(http),
                new RequestException(ErrorKind.Internal, $"the server has failed; its log has the request {http.TraceIdentifier}")).ConfigureAwait(false);
        }
    }

    private Task Frame(object request)
    {
        HttpContext http = (HttpContext)request;
        http.Response.Headers["x-request-id"] = http.TraceIdentifier;
        if (_state.IsDraining)
            http.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }

    /// <summary>The client's id, or one of ours where that is none that may stand in a header and a log.</summary>
    private static string IdOf(string? given) =>
        given is { Length: > 0 and <= LongestId } && !given.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? given
            : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Interlocked.Increment(ref _last):x16}");

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
