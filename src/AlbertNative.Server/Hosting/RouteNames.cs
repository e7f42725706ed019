namespace AlbertNative.Server.Hosting;

/// <summary>Models' names in paths: they may hold slashes, which clients write as they are or as <c>%2F</c>.</summary>
internal static class RouteNames
{
    /// <summary>The value of a route's parameter, whose <c>%2F</c> the framework leaves as it is.</summary>
    public static string? Of(HttpContext http, string parameter) =>
        (http.Request.RouteValues[parameter] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The longest name that a path begins with, as one model's may begin like another's, and what follows it; null where there is none.</summary>
    public static (string? Name, string Remainder) Split(IEnumerable<string> names, string path)
    {
        string? name = names.Where(known => IsPrefix(known, path)).MaxBy(known => known.Length);
        return (name, name is null ? "" : path[name.Length..]);
    }

    private static bool IsPrefix(string name, string path) =>
        path.StartsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[name.Length] == '/');
}
