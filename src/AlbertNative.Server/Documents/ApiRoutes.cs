using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Requests;
using Microsoft.OpenApi;

namespace AlbertNative.Server.Documents;

/// <summary><c>/openapi.json</c>, and text-embeddings-inference's path of it.</summary>
internal static class ApiRoutes
{
    /// <summary>Binds them, unless the options want none.</summary>
    public static void Map(ServerRoutes routes, IServiceProvider services, ServerOptions options)
    {
        if (!options.HasApiDocument)
            return;
        // Made of the routes when they are all bound, and once.
        Lazy<Task<byte[]>> document = new(() => WriteAsync(services.GetRequiredService<EndpointDataSource>()));
        foreach (string path in (string[])["/openapi.json", "/api-doc/openapi.json"])
            routes.Get(path, DialectOf.Tei, new RouteAccess("docs"), async request => await AnswerAsync(request, await document.Value.ConfigureAwait(false)).ConfigureAwait(false), new RouteDocument("This document", Response: "Document"));
    }

    private static async Task<byte[]> WriteAsync(EndpointDataSource endpoints)
    {
        using MemoryStream stream = new();
        await ApiDocument.Of(endpoints.Endpoints).SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1).ConfigureAwait(false);
        return stream.ToArray();
    }

    private static async Task AnswerAsync(ServerRequest request, byte[] document)
    {
        request.Http.Response.ContentType = "application/json";
        request.Http.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(request.Http.Request.Method))
            await request.Http.Response.BodyWriter.WriteAsync(document, request.Cancellation).ConfigureAwait(false);
    }
}
