using System.Text.Json;
using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.HuggingFace;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Page;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>The routes of text-embeddings-inference.</summary>
internal static class TeiRoutes
{
    public static void Map(ServerRoutes routes)
    {
        TeiDialect dialect = DialectOf.Tei;
        RouteDocument health = new("Whether every model can answer");
        foreach (string path in (string[])["/health", "/ping"])
            routes.Get(path, dialect, new RouteAccess(null), request => HealthAsync(request, routes.State), health);
        routes.Get("/", dialect, new RouteAccess(null), request => PageRoutes.Redirect(request.Http, request.Options)
            ? Task.CompletedTask : HealthAsync(request, routes.State), health);
        routes.Get("/info", dialect, new RouteAccess("info"), async request =>
        {
            ServedModel model = await routes.FindModelAsync(request, null).ConfigureAwait(false);
            await request.AnswerAsync(json => TeiInfo.Write(json, model, routes.Models.All, request.Options), withTimings: false).ConfigureAwait(false);
        }, new RouteDocument("What the model is, and what a request may hold", Response: "TeiInfo"));

        Ask(routes, "/embed", TeiTasks.Embed, new RouteDocument("Vectors of texts", "TeiEmbedRequest", "Vectors"));
        Ask(routes, "/embed_all", TeiTasks.EmbedAll, new RouteDocument("Vectors of texts' tokens", "TeiTokensRequest", "TokenVectors"));
        Ask(routes, "/embed_sparse", TeiTasks.EmbedSparse, new RouteDocument("Sparse vectors of texts", "TeiTokensRequest", "TeiSparseVectors"));
        Ask(routes, "/predict", TeiTasks.Predict, new RouteDocument("Labels of texts and of pairs", "TeiPredictRequest", "TeiPredictResponse"));
        Ask(routes, "/rerank", TeiTasks.Rerank, new RouteDocument("Texts by how well they answer a query", "TeiRerankRequest", "TeiRanks"));
        Ask(routes, "/similarity", TeiTasks.Similarity, new RouteDocument("How alike sentences are to one", "TeiSimilarityRequest", "Numbers"));
        Ask(routes, "/vertex", TeiTasks.Vertex, new RouteDocument("Several requests in one, as Vertex AI sends them", "TeiVertexRequest", "TeiVertexResponse"));
        foreach (string path in (string[])["/", "/invocations"])
        {
            routes.Post(path, dialect, request => IsHuggingFace(request, path) ? HuggingFaceRoutes.AskDefaultAsync(routes, request) : AskAsync(routes, request, OfRoot(routes.Options)),
                new RouteDocument("What the model is for", "TeiModelRequest", "TeiModelResponse"));
        }
        routes.Post("/tokenize", dialect, Default, (work, body) => AnswerAsync(work.Request, TeiTokens.TokenizeAsync(work, body)),
            new RouteDocument("Tokens of texts", "TeiTokenizeRequest", "TeiTokens"));
        routes.Post("/decode", dialect, Default, (work, body) => AnswerAsync(work.Request, TeiTokens.DecodeAsync(work, body)),
            new RouteDocument("Texts of token ids", "TeiDecodeRequest", "Texts"));
    }

    private static void Ask(
        ServerRoutes routes, string path, Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>> task, RouteDocument document) =>
        routes.Post(path, DialectOf.Tei, request => AskAsync(routes, request, task), document);

    private static Task AskAsync(ServerRoutes routes, ServerRequest request, Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>> task) =>
        routes.AskAsync(request, Default, async (work, body) =>
        {
            TeiAnswer answer = await task(work, body)().ConfigureAwait(false);
            await work.Request.AnswerAsync(json => answer(json)).ConfigureAwait(false);
        });

    // Of one text's answer the two dialects want other shapes, which nothing in a request tells apart.
    private static bool IsHuggingFace(ServerRequest request, string path) => path == "/"
        ? request.Options.RootDialect == RootDialect.HuggingFace
        : ((string?)request.Http.Request.Headers["X-Amzn-SageMaker-Custom-Attributes"])?.Split(',').Any(attribute => attribute.Trim() == "dialect=hf") == true;

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
