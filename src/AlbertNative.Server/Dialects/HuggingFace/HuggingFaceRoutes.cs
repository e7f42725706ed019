using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.HuggingFace;

/// <summary>
/// <c>/models/NAME</c>, <c>/models/NAME/pipeline/TASK</c> and <c>/pipeline/TASK/NAME</c>; below <c>/models/NAME/tei/</c> are
/// text-embeddings-inference's routes for models that are not the default one. Names may have slashes.
/// </summary>
internal static class HuggingFaceRoutes
{
    private const string Pipeline = "/pipeline/";
    private const string Tei = "/tei";

    public static void Map(ServerRoutes routes)
    {
        routes.Post("/models/{**path}", DialectOf.HuggingFace, request => AskAsync(routes, request, RouteNames.Of(request.Http, "path") ?? ""), Documents());
        routes.Post("/pipeline/{task}/{**model}", DialectOf.HuggingFace, request => AnswerAsync(
            routes, request, RouteNames.Of(request.Http, "model"), (work, body) =>
                HuggingFaceTasks.AnswerAsync(work, body, RouteNames.Of(request.Http, "task"))), new RouteDocument("A task of a model", "HuggingFaceRequest", "HuggingFaceResponse"));
    }

    /// <summary>Answers a request whose path names no model as one of this dialect.</summary>
    public static Task AskDefaultAsync(ServerRoutes routes, ServerRequest request)
    {
        request.Dialect = DialectOf.HuggingFace;
        return AnswerAsync(routes, request, name: null, (work, body) => HuggingFaceTasks.AnswerAsync(work, body, task: null));
    }

    private static RouteDocument[] Documents() =>
    [
        new("What a model's head is for", "HuggingFaceRequest", "HuggingFaceResponse") { Path = "/models/{model}" },
        new("A task of a model", "HuggingFaceRequest", "HuggingFaceResponse") { Path = "/models/{model}/pipeline/{task}" },
        new("text-embeddings-inference's routes, for a model", "TeiModelRequest", "TeiModelResponse") { Path = "/models/{model}/tei/{route}" },
    ];

    private static Task AskAsync(ServerRoutes routes, ServerRequest request, string path)
    {
        (string? name, string rest) = RouteNames.Split(routes.Models.Names, path);
        if (rest.StartsWith(Tei + "/", StringComparison.Ordinal) && TeiTasks.Named(rest[Tei.Length..]) is { } task)
        {
            request.Dialect = DialectOf.Tei;
            return AnswerAsync(routes, request, name, async (work, body) =>
            {
                TeiAnswer answer = await task(work, body)().ConfigureAwait(false);
                return json => answer(json);
            });
        }
        string? pipeline = rest.StartsWith(Pipeline, StringComparison.Ordinal) ? rest[Pipeline.Length..] : null;
        if (rest.Length > 0 && pipeline is null)
            throw new RequestException(ErrorKind.NoSuchRoute, "not found");
        return AnswerAsync(routes, request, name ?? path, (work, body) => HuggingFaceTasks.AnswerAsync(work, body, pipeline));
    }

    private static Task AnswerAsync(
        ServerRoutes routes, ServerRequest request, string? name, Func<RequestWork, JsonElement, Task<Action<Utf8JsonWriter>>> ask) =>
        routes.AskAsync(request, _ => name, async (work, body) => await request.AnswerAsync(await ask(work, body).ConfigureAwait(false)).ConfigureAwait(false));
}
