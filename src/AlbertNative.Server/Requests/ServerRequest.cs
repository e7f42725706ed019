using System.Diagnostics;
using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Serving;

namespace AlbertNative.Server.Requests;

/// <summary>One request on its way through the server: its dialect, its body, its deadline and what it cost.</summary>
internal sealed class ServerRequest : IDisposable
{
    private readonly RequestBodies _bodies;
    private readonly CancellationTokenSource _leaving;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _cancellation;
    private JsonDocument? _document;
    private RequestBody? _body;
    private ModelLease? _lease;

    public ServerRequest(HttpContext http, Dialect dialect, ServerOptions options, RequestBodies bodies, TimeProvider time, CancellationToken call = default)
    {
        Http = http;
        Dialect = dialect;
        Options = options;
        _bodies = bodies;
        TimeSpan timeout = RequestDeadline.Of(http.Request.Headers, options.RequestTimeout);
        _deadline = new CancellationTokenSource(timeout, time);
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, call);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token, _deadline.Token);
        Timeout = timeout;
        UsesCache = !http.Request.Headers.CacheControl.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase)
            && (string?)http.Request.Headers["x-use-cache"] is not ("false" or "0");
        Priority = PriorityOf(http.Request.Headers["x-priority"]);
    }

    public HttpContext Http { get; }

    /// <summary>Whose errors it gets.</summary>
    public Dialect Dialect { get; set; }

    public ServerOptions Options { get; }

    public RequestTimings Timings { get; } = new();

    /// <summary>The model that it asks; null until that is known.</summary>
    public Models.ServedModel? Model { get; set; }

    /// <summary>What it asks of the model, by the name that metrics have for it; null until that is known.</summary>
    public string? Task { get; set; }

    /// <summary>How far it has come.</summary>
    public RequestPhase Phase { get; set; }

    /// <summary>How far it had come when its client went; null where that has its answer, or still waits for it.</summary>
    public RequestPhase? GoneAt { get; private set; }

    /// <summary>Whether the scheduler has counted that the client went.</summary>
    public bool IsGoneCounted { get; set; }

    /// <summary>Why it is refused without having been looked at, in the place of an answer; null where it is not.</summary>
    public RequestException? Refusal { get; set; }

    /// <summary>Notes that its client has gone.</summary>
    public void Gone() => GoneAt ??= Phase;

    /// <summary>Notes that its client has gone while a part of it was waited for.</summary>
    public void GoneWith(ServerRequest part) => (GoneAt, IsGoneCounted) = (part.Phase, part.IsGoneCounted);

    /// <summary>Keeps a version of a model until the request is answered.</summary>
    public void Hold(ModelLease lease)
    {
        _lease?.Dispose();
        _lease = lease;
    }

    /// <summary>Whether it is one of many of a stream, which are answered beside each other: the answer's headers are not its own to write.</summary>
    public bool IsPart { get; init; }

    /// <summary>Who asks.</summary>
    public required ServingClient Client { get; init; }

    /// <summary>How the client wants to be ranked; null for what its key says, and never better than that.</summary>
    public RequestPriority? Priority { get; set; }

    /// <summary>The time that the request has from its start.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>Whether results that were kept may answer it, and its own be kept; false where the client does not want that.</summary>
    public bool UsesCache { get; set; }

    /// <summary>Whether its time is over.</summary>
    public bool IsExpired => _deadline.IsCancellationRequested;

    /// <summary>Ends with the client's connection, and not with the request's time: for what keeps time itself, and tells the one from the other.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>Ends with the client's connection, and with the request's time.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The body as JSON, until the request is disposed.</summary>
    /// <exception cref="RequestException">It is none, or too large.</exception>
    public async Task<JsonElement> ReadJsonAsync()
    {
        if (!IsJson(Http.Request.ContentType))
            throw new RequestException(ErrorKind.ContentType, "the Content-Type must be application/json");
        return Parse(await ReadBytesAsync().ConfigureAwait(false));
    }

    /// <summary>The body, until the request is disposed.</summary>
    /// <exception cref="RequestException">It is too large.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadBytesAsync()
    {
        using Activity? span = ServingTelemetry.Source.StartActivity("albert.read");
        long started = Stopwatch.GetTimestamp();
        try
        {
            _body = await _bodies.ReadAsync(Http, Cancellation).ConfigureAwait(false);
        }
        finally
        {
            Timings.Reading += Stopwatch.GetElapsedTime(started);
        }
        Phase = RequestPhase.Queued;
        return _body.Bytes;
    }

    /// <summary>JSON that the body holds, until the request is disposed.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public JsonElement Parse(ReadOnlyMemory<byte> utf8)
    {
        _document = JsonBody.Parse(utf8, Options.JsonDepth);
        return _document.RootElement;
    }

    /// <summary>What is left of its time.</summary>
    public TimeSpan Left => Timeout - Timings.Total;

    /// <summary>Ends the request: nobody waits for it.</summary>
    public Task CancelAsync() => _leaving.CancelAsync();

    /// <summary>Gives the request less time than it would have.</summary>
    public void Shorten(TimeSpan timeout)
    {
        if (timeout >= Timeout)
            return;
        Timeout = timeout;
        TimeSpan left = timeout - Timings.Total;
        _deadline.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>Answers with JSON, under a Content-Length.</summary>
    /// <param name="write">Writes the answer.</param>
    /// <param name="withTimings">Whether the answer says what it cost.</param>
    public async Task AnswerAsync(Action<Utf8JsonWriter> write, bool withTimings = true)
    {
        if (withTimings)
            Timings.WriteTo(Http.Response.Headers);
        using Activity? span = BeginWriting();
        await JsonAnswer.WriteAsync(Http, StatusCodes.Status200OK, write, Cancellation).ConfigureAwait(false);
    }

    /// <summary>Its answer is written from here to its end.</summary>
    /// <returns>The span of the writing; null where nobody traces it.</returns>
    public Activity? BeginWriting()
    {
        Phase = RequestPhase.Writing;
        Timings.BeginWriting();
        return ServingTelemetry.Source.StartActivity("albert.write");
    }

    public void Dispose()
    {
        _document?.Dispose();
        _body?.Dispose();
        _lease?.Dispose();
        _cancellation.Dispose();
        _leaving.Dispose();
        _deadline.Dispose();
    }

    private static RequestPriority? PriorityOf(string? header) => header switch
    {
        "express" => RequestPriority.Express,
        "normal" => RequestPriority.Normal,
        "bulk" => RequestPriority.Bulk,
        _ => null,
    };

    // application/json and application/*+json, whatever its case and charset.
    private static bool IsJson(string? contentType)
    {
        if (contentType is null)
            return false;
        ReadOnlySpan<char> type = contentType.AsSpan();
        int semicolon = type.IndexOf(';');
        type = (semicolon < 0 ? type : type[..semicolon]).Trim();
        return type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
    }
}
