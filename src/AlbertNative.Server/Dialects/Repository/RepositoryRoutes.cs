using System.Text.Json;
using AlbertNative.Server.Access;
using AlbertNative.Server.Dialects.OpenInference;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Repository;

/// <summary>
/// The model repository of the Open Inference Protocol: which models there are, loading one anew, serving one no more. For keys
/// of administrators; without keys for whoever is on a machine that alone can ask the server.
/// </summary>
internal static class RepositoryRoutes
{
    private const string Load = "/load";
    private const string Unload = "/unload";

    public static void Map(ServerRoutes routes)
    {
        routes.Post("/v2/repository/index", DialectOf.OpenInference, request => IndexAsync(routes, request),
            new RouteDocument("Which models can be served, and how they stand", "RepositoryIndexRequest", "RepositoryModels") { MayLackBody = true });
        routes.Post("/v2/repository/models/{**path}", DialectOf.OpenInference, request => UpdateAsync(routes, request),
            new RouteDocument("Load a model, or its files anew", "RepositoryLoadRequest", "RepositoryLoaded") { Path = "/v2/repository/models/{model}/load", MayLackBody = true },
            new RouteDocument("Serve a model no more", Response: "Document") { Path = "/v2/repository/models/{model}/unload" });
    }

    private static async Task IndexAsync(ServerRoutes routes, ServerRequest request)
    {
        Administrators.Require(request, routes.Keys, request.Options.Http.Address);
        bool readyOnly = await ReadBodyAsync(request).ConfigureAwait(false) is JsonElement body
            && body.TryGetProperty("ready", out JsonElement ready) && ready.ValueKind == JsonValueKind.True;
        await request.AnswerAsync(json => WriteIndex(json, routes, readyOnly), withTimings: false).ConfigureAwait(false);
    }

    private static async Task UpdateAsync(ServerRoutes routes, ServerRequest request)
    {
        Administrators.Require(request, routes.Keys, request.Options.Http.Address);
        string path = RouteNames.Of(request.Http, "path") ?? "";
        JsonElement? body = await ReadBodyAsync(request).ConfigureAwait(false);
        if (path.EndsWith(Unload, StringComparison.Ordinal))
        {
            await routes.Updates.UnloadAsync(path[..^Unload.Length], request.Cancellation).ConfigureAwait(false);
            await request.AnswerAsync(static json => WriteEmpty(json), withTimings: false).ConfigureAwait(false);
            return;
        }
        if (!path.EndsWith(Load, StringComparison.Ordinal))
            throw new RequestException(ErrorKind.NoSuchRoute, "not found");
        ServedModel model = await routes.Updates.LoadAsync(path[..^Load.Length], HashOf(body), request.Cancellation).ConfigureAwait(false);
        await request.AnswerAsync(json => WriteLoaded(json, model), withTimings: false).ConfigureAwait(false);
    }

    // Triton's clients send an empty object, or nothing at all.
    private static async Task<JsonElement?> ReadBodyAsync(ServerRequest request)
    {
        if (request.Http.Request.ContentLength is null or 0 && request.Http.Request.Headers.TransferEncoding.Count == 0)
            return null;
        return JsonBody.Object(await OpenInferenceRoutes.ReadJsonAsync(request).ConfigureAwait(false), "the body");
    }

    private static string? HashOf(JsonElement? body)
    {
        if (body is not JsonElement fields)
            return null;
        JsonFields given = JsonFields.Of(fields, "parameters");
        string? hash = given.Text("sha256");
        // Another configuration or files in the request would be ignored: better refused.
        given.RefuseOthers();
        return hash;
    }

    private static void WriteIndex(Utf8JsonWriter json, ServerRoutes routes, bool readyOnly) =>
        json.WriteArray(IndexedModel.Of(routes.Catalog, routes.Models, readyOnly), static (writer, model) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, model.Name);
            writer.WriteString("version"u8, model.Version);
            writer.WriteString("state"u8, model.State);
            writer.WriteString("reason"u8, model.Reason);
            writer.WriteEndObject();
        });

    private static void WriteLoaded(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, model.Name);
        json.WriteString("version"u8, model.Version);
        json.WriteString("sha256"u8, model.Served.Sha256);
        json.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }
}
