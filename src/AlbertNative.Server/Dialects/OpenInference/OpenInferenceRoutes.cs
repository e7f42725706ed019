using System.Globalization;
using System.Text.Json;
using AlbertNative.Server.Access;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>The Open Inference Protocol v2 of KServe, Triton and Seldon, over HTTP.</summary>
internal static class OpenInferenceRoutes
{
    private const string Infer = "infer", Ready = "ready", Statistics = "stats";

    public static void Map(ServerRoutes routes, InferenceStatistics statistics)
    {
        OpenInferenceDialect dialect = DialectOf.OpenInference;
        routes.Get("/v2", dialect, new RouteAccess("info"), request => request.AnswerAsync(WriteServer, withTimings: false),
            new RouteDocument("What the server is and can", Response: "OipServer"));
        routes.Get("/v2/health/live", dialect, new RouteAccess(null), request => AnswerAsync(request, "live", routes.State.IsLive),
            new RouteDocument("Whether the process works", Response: "OipHealth"));
        routes.Get("/v2/health/ready", dialect, new RouteAccess(null), request => AnswerAsync(request, "ready", routes.State.IsReady),
            new RouteDocument("Whether every model can answer", Response: "OipHealth"));
        routes.Get("/v2/models", dialect, access: null, request => request.AnswerAsync(json => WriteNames(json, routes.Models), withTimings: false),
            new RouteDocument("The names of the models", Response: "OipModels"));
        routes.Get("/v2/models/{**path}", dialect, access: null, request => AboutAsync(routes, statistics, request),
            OfModel("What a model takes and gives", "", null, "OipModel"),
            OfModel("Whether a model can answer", "/ready", null, "OipHealth"),
            OfModel("What a model has done since it was loaded", "/stats", null, "OipStatistics"));
        routes.Post("/v2/models/{**path}", dialect, request => InferAsync(routes, request),
            OfModel("Ask a model", "/infer", "OipInferRequest", "OipInferResponse") with { OtherType = "application/octet-stream" });
    }

    /// <summary>Computes a request, whichever way it came.</summary>
    /// <exception cref="RequestException">It is malformed, or the model cannot do it.</exception>
    public static Task<IReadOnlyList<InferTensor>> ComputeAsync(RequestWork work, InferRequest request)
    {
        request.Rule(work.Request);
        if (request.Inputs.Count == 0)
            throw TeiInput.Empty("inputs");
        return request.Input(InferSequences.InputIds) is null ? InferTasks.RunAsync(work, request) : InferSequences.RunAsync(work, request);
    }

    private static RouteDocument OfModel(string summary, string action, string? request, string response) =>
        new(summary, request, response) { Path = $"/v2/models/{{model}}{action}", OtherPath = $"/v2/models/{{model}}/versions/{{version}}{action}" };

    private static Task AnswerAsync(ServerRequest request, string name, bool value) => JsonAnswer.WriteAsync(
        request.Http, value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json => WriteFlag(json, name, value), request.Cancellation);

    private static async Task AboutAsync(ServerRoutes routes, InferenceStatistics statistics, ServerRequest request)
    {
        InferTarget target = InferTarget.Of(request.Http, routes.Models);
        if (target.Action is not ("" or Ready or Statistics))
            throw target.Action == Infer ? WrongMethod(request, HttpMethods.Post) : NotFound();
        if (target.Action == Ready && routes.Models.Names.Contains(target.Name) && routes.Models.All.All(model => model.Name != target.Name))
        {
            await AnswerReadyAsync(request, target.Name, isReady: false).ConfigureAwait(false);
            return;
        }
        ServedModel model = await routes.FindModelAsync(request, target.Name).ConfigureAwait(false);
        target.RequireVersion(model);
        if (target.Action == Ready)
            await AnswerReadyAsync(request, model.Name, isReady: true).ConfigureAwait(false);
        else if (target.Action == Statistics)
            await request.AnswerAsync(json => statistics.Of(model).Write(json), withTimings: false).ConfigureAwait(false);
        else
            await request.AnswerAsync(json => WriteModel(json, model), withTimings: false).ConfigureAwait(false);
    }

    private static Task AnswerReadyAsync(ServerRequest request, string name, bool isReady) => JsonAnswer.WriteAsync(
        request.Http, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteBoolean("ready"u8, isReady);
            json.WriteEndObject();
        }, request.Cancellation);

    private static Task InferAsync(ServerRoutes routes, ServerRequest request)
    {
        InferTarget target = InferTarget.Of(request.Http, routes.Models);
        if (target.Action != Infer && routes.Models.Names.Contains(target.Name))
            throw target.Action is "" or Ready or Statistics ? WrongMethod(request, $"{HttpMethods.Get}, {HttpMethods.Head}") : NotFound();
        return routes.AskAsync(request, ReadAsync, _ => target.Name, async (work, infer) =>
        {
            target.RequireVersion(work.Model);
            IReadOnlyList<InferTensor> outputs = await ComputeAsync(work, infer).ConfigureAwait(false);
            await InferAnswer.WriteAsync(work, infer, outputs).ConfigureAwait(false);
        });
    }

    // The pattern takes both methods: which of them a path takes is known here alone.
    private static RequestException WrongMethod(ServerRequest request, string allowed)
    {
        request.Http.Response.Headers.Allow = allowed;
        return new(ErrorKind.Method, $"the route takes {allowed}");
    }

    private static RequestException NotFound() => new(ErrorKind.NoSuchRoute, "not found");

    private static async Task<InferRequest> ReadAsync(ServerRequest request)
    {
        string? header = request.Http.Request.Headers[InferAnswer.JsonLength];
        if (header is null)
            return InferJson.Read(await ReadJsonAsync(request).ConfigureAwait(false), default);
        if (!int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out int length))
            throw new RequestException(ErrorKind.Malformed, $"the header {InferAnswer.JsonLength} is no length");
        ReadOnlyMemory<byte> body = await request.ReadBytesAsync().ConfigureAwait(false);
        if (length > body.Length)
            throw new RequestException(ErrorKind.Malformed, $"the header {InferAnswer.JsonLength} is {length}, the body has {body.Length} bytes");
        return length == 0 ? InferJson.OfText(body.Span) : InferJson.Read(request.Parse(body[..length]), body[length..]);
    }

    /// <summary>A body as JSON: some of the protocol's clients do not say what they send; those that do must send that.</summary>
    /// <exception cref="RequestException">It is none, or too large.</exception>
    public static async Task<JsonElement> ReadJsonAsync(ServerRequest request) => request.Http.Request.ContentType is null
        ? request.Parse(await request.ReadBytesAsync().ConfigureAwait(false))
        : await request.ReadJsonAsync().ConfigureAwait(false);

    private static void WriteServer(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, InferMetadata.ServerName);
        json.WriteString("version"u8, ServerVersion.Text);
        json.WritePropertyName("extensions"u8);
        json.WriteArray(InferMetadata.Extensions, static (writer, name) => writer.WriteStringValue(name));
        json.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool value)
    {
        json.WriteStartObject();
        json.WriteBoolean(name, value);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, ServedModels models)
    {
        json.WriteStartObject();
        json.WritePropertyName("models"u8);
        json.WriteArray(models.All, static (writer, model) => writer.WriteStringValue(model.Name));
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, model.Name);
        json.WriteStartArray("versions"u8);
        json.WriteStringValue(model.Version);
        json.WriteEndArray();
        json.WriteString("platform"u8, InferMetadata.PlatformOf(model));
        json.WritePropertyName("inputs"u8);
        json.WriteArray(InferMetadata.InputsOf(model), WriteTensor);
        json.WritePropertyName("outputs"u8);
        json.WriteArray(InferMetadata.OutputsOf(model), WriteTensor);
        json.WriteStartObject("parameters"u8);
        json.WritePropertyName("tasks"u8);
        json.WriteArray(model.Tasks, static (writer, task) => writer.WriteStringValue(task.Name));
        json.WriteNumber("vector_width"u8, Serving.ServedModel.VectorWidth);
        json.WriteString("sha256"u8, model.Served.Sha256);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorMetadata tensor)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, tensor.Name);
        json.WriteString("datatype"u8, tensor.Datatype);
        json.WritePropertyName("shape"u8);
        json.WriteArray(tensor.Shape, static (writer, dimension) => writer.WriteNumberValue(dimension));
        json.WriteEndObject();
    }
}
