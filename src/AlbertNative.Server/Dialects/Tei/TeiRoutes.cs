using System.Text.Json;
using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>The routes of text-embeddings-inference.</summary>
internal static class TeiRoutes
{
    public static void Map(ServerRoutes routes)
    {
        TeiDialect dialect = DialectOf.Tei;
        foreach (string path in (string[])["/", "/health", "/ping"])
            routes.Get(path, dialect, new RouteAccess(null), request => HealthAsync(request, routes.State));
        routes.Get("/info", dialect, new RouteAccess("info"), async request =>
        {
            ServedModel model = await routes.FindModelAsync(request, null).ConfigureAwait(false);
            await request.AnswerAsync(json => TeiInfo.Write(json, model, routes.Models.All, request.Options), withTimings: false).ConfigureAwait(false);
        });

        Ask(routes, "/embed", TeiTasks.Embed);
        Ask(routes, "/embed_all", TeiTasks.EmbedAll);
        Ask(routes, "/embed_sparse", TeiTasks.EmbedSparse);
        Ask(routes, "/predict", TeiTasks.Predict);
        Ask(routes, "/rerank", TeiTasks.Rerank);
        Ask(routes, "/similarity", TeiTasks.Similarity);
        Ask(routes, "/vertex", TeiTasks.Vertex);
        foreach (string path in (string[])["/", "/invocations"])
            Ask(routes, path, OfRoot(routes.Options));
        routes.Post("/tokenize", dialect, Default, (work, body) => AnswerAsync(work.Request, TeiTokens.TokenizeAsync(work, body)));
        routes.Post("/decode", dialect, Default, (work, body) => AnswerAsync(work.Request, TeiTokens.DecodeAsync(work, body)));
    }

    private static void Ask(ServerRoutes routes, string path, Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>> task) =>
        routes.Post(path, DialectOf.Tei, Default, async (work, body) =>
        {
            TeiAnswer answer = await task(work, body)().ConfigureAwait(false);
            await work.Request.AnswerAsync(json => answer(json)).ConfigureAwait(false);
        });

    private static async Task AnswerAsync(ServerRequest request, Task<TeiAnswer> asked)
    {
        TeiAnswer answer = await asked.ConfigureAwait(false);
        await request.AnswerAsync(json => answer(json), withTimings: false).ConfigureAwait(false);
    }

    private static Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>> OfRoot(ServerOptions options) =>
        options.RootTask == RootTask.SentenceSimilarity ? TeiTasks.Similarity : (work, body) => TeiTasks.Of(work.Model)(work, body);

    private static string? Default(JsonElement body) => null;

    // Never delayed and never through the queue: a probe must be answered when everything else is full.
    private static Task HealthAsync(ServerRequest request, ServerState state)
    {
        if (!state.IsReady)
            throw new RequestException(ErrorKind.NotReady, "unhealthy");
        request.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
