namespace AlbertNative.Server.Hosting;

/// <summary>Models' names in paths: they may hold slashes, which clients write as they are or as <c>%2F</c>.</summary>
internal static class RouteNames
{
    /// <summary>The value of a route's parameter, whose <c>%2F</c> the framework leaves as it is.</summary>
    public static string? Of(HttpContext http, string parameter) =>
        (http.Request.RouteValues[parameter] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
