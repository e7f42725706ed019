using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Documents;
using Microsoft.AspNetCore.Http.Headers;

namespace AlbertNative.Server.Page;

/// <summary>The page at <c>/ui</c>, where a person tries the models: it asks the server as every other client does.</summary>
internal static class PageRoutes
{
    // Relative, so that a proxy may have put the server below a path of its own.
    private const string Address = "ui";

    // Its own files and its own server, and nothing that stands in the page itself: no text can become a script.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(WebApplication app, ServerOptions options)
    {
        if (!options.HasPage)
            return;
        Bind($"/{Address}", PageFile.All[PageFile.First], "A page to try the models on");
        foreach ((string name, PageFile file) in PageFile.All.Where(file => file.Key != PageFile.First))
            Bind($"/{Address}/{name}", file, $"The page's {name}");

        void Bind(string path, PageFile file, string summary) => app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], http => SendAsync(http, file))
            .WithMetadata(
                DialectOf.Native, new RouteAccess("ui"), new RouteDocument(summary, Response: "Text") { ResponseType = file.ContentType });
    }

    /// <summary>Sends whoever looks at the server's root with a browser to the page.</summary>
    /// <returns>Whether it was a browser, and there is a page.</returns>
    public static bool Redirect(HttpContext http, ServerOptions options)
    {
        if (!options.HasPage || !new RequestHeaders(http.Request.Headers).Accept.Any(type => type.MediaType == "text/html"))
            return false;
        http.Response.Redirect(Address);
        http.Response.ContentLength = 0;
        return true;
    }

    private static async Task SendAsync(HttpContext http, PageFile file)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "no-referrer";
        // Kept by browsers, and asked about each time: the page is always that of the server that it asks.
        headers.CacheControl = "no-cache";
        headers.ETag = file.Tag.ToString();
        if (new RequestHeaders(http.Request.Headers).IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Compare(file.Tag, useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = file.Bytes.Length;
        if (HttpMethods.IsGet(http.Request.Method))
            await http.Response.Body.WriteAsync(file.Bytes, http.RequestAborted).ConfigureAwait(false);
    }
}
