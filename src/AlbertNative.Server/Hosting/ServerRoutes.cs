using System.Text.Json;
using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using ServedModel = AlbertNative.Server.Models.ServedModel;

namespace AlbertNative.Server.Hosting;

/// <summary>Binds routes to what answers them; what they throw becomes an error of their dialect.</summary>
/// <param name="endpoints">Where they are bound.</param>
internal sealed partial class ServerRoutes(IEndpointRouteBuilder endpoints)
{
    private static readonly RequestException Fault = new(ErrorKind.Internal, "the server has failed");

    private readonly IServiceProvider _services = endpoints.ServiceProvider;

    /// <summary>The options.</summary>
    public ServerOptions Options => _services.GetRequiredService<ServerOptions>();

    /// <summary>The models.</summary>
    public ServedModels Models => _services.GetRequiredService<ServedModels>();

    /// <summary>What may be served.</summary>
    public ModelCatalog Catalog => _services.GetRequiredService<ModelCatalog>();

    /// <summary>What changes the models.</summary>
    public ModelUpdates Updates => _services.GetRequiredService<ModelUpdates>();

    /// <summary>The keys.</summary>
    public ApiKeys Keys => _services.GetRequiredService<ApiKeys>();

    /// <summary>The state.</summary>
    public ServerState State => _services.GetRequiredService<ServerState>();

    /// <summary>Bodies' memory.</summary>
    public RequestBodies Bodies => _services.GetRequiredService<RequestBodies>();

    /// <summary>The clock.</summary>
    public TimeProvider Time => _services.GetRequiredService<TimeProvider>();

    /// <summary>Says that the server takes nothing new any more.</summary>
    public CancellationToken Stopping => _services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>A route that is read.</summary>
    public void Get(string pattern, Dialect dialect, RouteAccess? access, Func<ServerRequest, Task> answer, params RouteDocument[] documents) =>
        Bind(endpoints.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], Handler(dialect, answer)), dialect, access, documents);

    /// <summary>A route that is asked.</summary>
    public void Post(string pattern, Dialect dialect, Func<ServerRequest, Task> answer, params RouteDocument[] documents) =>
        Bind(endpoints.MapMethods(pattern, [HttpMethods.Post], Handler(dialect, answer)), dialect, access: null, documents);

    /// <summary>A route whose body is JSON and is asked of a model.</summary>
    /// <param name="pattern">The path.</param>
    /// <param name="dialect">Whose errors it has.</param>
    /// <param name="modelOf">The name of the model that a body asks; null for the default.</param>
    /// <param name="answer">Answers.</param>
    /// <param name="documents">What the OpenAPI document says of it.</param>
    public void Post(
        string pattern, Dialect dialect, Func<JsonElement, string?> modelOf, Func<RequestWork, JsonElement, Task> answer,
        params RouteDocument[] documents) =>
        Post(pattern, dialect, request => AskAsync(request, modelOf, answer), documents);

    /// <summary>A part of a request that is asked by itself: with time of its own, for the same client.</summary>
    public ServerRequest Request(ServerRequest whole) => new(whole.Http, whole.Dialect, Options, Bodies, Time) { Client = whole.Client, IsPart = true };

    /// <summary>A request's work on a model.</summary>
    public RequestWork Work(ServerRequest request, ServedModel model) => new(request, model, _services.GetRequiredService<ScheduledInference>());

    /// <summary>Reads a request's body, where there is room for it, and asks the model that it names.</summary>
    /// <exception cref="RequestException">There is no such body or no such model, or the key may not use it.</exception>
    public Task AskAsync(ServerRequest request, Func<JsonElement, string?> modelOf, Func<RequestWork, JsonElement, Task> answer) =>
        AskAsync(request, static asked => asked.ReadJsonAsync(), modelOf, answer);

    /// <summary>As the other, for bodies that are read in another way.</summary>
    /// <exception cref="RequestException">There is no such body or no such model, or the key may not use it.</exception>
    public async Task AskAsync<T>(
        ServerRequest request, Func<ServerRequest, Task<T>> read, Func<T, string?> modelOf, Func<RequestWork, T, Task> answer)
    {
        ScheduledInference inference = _services.GetRequiredService<ScheduledInference>();
        if (inference.RefusalOf(request) is RequestException refusal)
        {
            request.Refusal = refusal;
            return;
        }
        T body = await read(request).ConfigureAwait(false);
        if (request.Dialect == DialectOf.HuggingFace && body is JsonElement json && json.ValueKind == JsonValueKind.Object
            && json.TryGetProperty("options", out JsonElement options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("use_cache", out JsonElement usesCache) && usesCache.ValueKind == JsonValueKind.False)
        {
            request.UsesCache = false;
        }
        ServedModel model = await FindModelAsync(request, modelOf(body)).ConfigureAwait(false);
        await answer(new RequestWork(request, model, inference), body).ConfigureAwait(false);
    }

    /// <summary>The model of a name, which the request's key may use.</summary>
    /// <exception cref="RequestException">There is none, or the key may not use it.</exception>
    public async Task<ServedModel> FindModelAsync(ServerRequest request, string? name)
    {
        ServedModel model = await Models.FindAsync(request, name).ConfigureAwait(false);
        request.Http.Response.Headers["x-model"] = Uri.EscapeDataString(model.Name);
        request.Http.Response.Headers["x-model-version"] = model.Version;
        return model;
    }

    private RequestDelegate Handler(Dialect dialect, Func<ServerRequest, Task> answer) => async http =>
    {
        using ServerRequest request = new(http, dialect, Options, Bodies, Time)
        {
            Client = _services.GetRequiredService<ApiKeys>().ClientOf(http),
        };
        RequestTelemetry telemetry = _services.GetRequiredService<RequestTelemetry>();
        RequestException? error;
        try
        {
            error = await AnswerAsync(request, answer).ConfigureAwait(false);
            if (error is not null && !http.Response.HasStarted)
                await JsonAnswer.WriteErrorAsync(http, request.Dialect, error).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (IsGone(request, e))
        {
            if (!http.Response.HasStarted)
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest; // for the framework's metrics: nobody reads it
            request.Gone();
            error = null;
        }
        catch
        {
            telemetry.Ended(request, RouteOf(http), StatusCodes.Status500InternalServerError, Fault);
            throw; // whoever frames the request answers it
        }
        telemetry.Ended(request, RouteOf(http), http.Response.StatusCode, error);
    };

    /// <summary>Lets a request be answered.</summary>
    /// <returns>Why it was refused; null where it was not.</returns>
    /// <exception cref="OperationCanceledException">Its client has gone.</exception>
    private static async Task<RequestException?> AnswerAsync(ServerRequest request, Func<ServerRequest, Task> answer)
    {
        try
        {
            await answer(request).ConfigureAwait(false);
            return request.Refusal;
        }
        catch (RequestException e)
        {
            return e;
        }
        catch (OperationCanceledException e) when (request.IsExpired && !IsGone(request, e))
        {
            return new RequestException(ErrorKind.Deadline, $"the request was not done within {request.Timeout.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>Logs a fault: of an exception the type alone, since its message may quote a text.</summary>
    public void LogFault(HttpContext http, Exception fault) =>
        LogFault(_services.GetRequiredService<ILogger<ServerRoutes>>(), http.TraceIdentifier, fault.GetType().FullName!);

    [LoggerMessage(LogLevel.Error, "a part of request {RequestId} has failed: {ExceptionType}")]
    private static partial void LogFault(ILogger logger, string requestId, string exceptionType);

    /// <summary>Whether a request has ended as its client has: one whose time is over ends its connection itself.</summary>
    private static bool IsGone(ServerRequest request, OperationCanceledException end) =>
        end is ClientGoneException || (request.Http.RequestAborted.IsCancellationRequested && !request.IsExpired);

    private static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";

    private static void Bind(IEndpointConventionBuilder route, Dialect dialect, RouteAccess? access, RouteDocument[] documents)
    {
        route.WithMetadata(dialect);
        foreach (RouteDocument document in documents)
            route.WithMetadata(document);
        if (access is not null)
            route.WithMetadata(access);
    }
}
