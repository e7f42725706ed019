using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace AlbertNative.Server.Hosting;

/// <summary>
/// Lets a route be found by its own spelling alone. The framework would also take <c>/EMBED</c>, <c>/embed/</c> and
/// <c>/%65mbed</c> for <c>/embed</c>, which other servers of these dialects do not, nor do proxies that guard a path.
/// </summary>
internal sealed class ExactPaths(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is RouteEndpoint route && !IsSpelledAs(route.RoutePattern, RawPath(http)))
            http.SetEndpoint(null);
        return next(http);
    }

    /// <summary>The path as the client wrote it.</summary>
    private static ReadOnlySpan<char> RawPath(HttpContext http)
    {
        string target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target.AsSpan(0, query);
    }

    // Only literal segments are compared; what stands for a model's name is looked up by whoever takes it.
    private static bool IsSpelledAs(RoutePattern pattern, ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/')
            return true; // an absolute target, which only proxies send
        ReadOnlySpan<char> rest = path[1..];
        foreach (RoutePatternPathSegment segment in pattern.PathSegments)
        {
            if (segment.Parts is not [RoutePatternLiteralPart literal])
                return true;
            int slash = rest.IndexOf('/');
            ReadOnlySpan<char> word = slash < 0 ? rest : rest[..slash];
            if (!word.SequenceEqual(literal.Content))
                return false;
            rest = slash < 0 ? default : rest[slash..];
            if (!rest.IsEmpty && segment != pattern.PathSegments[^1])
                rest = rest[1..];
        }
        return rest.IsEmpty;
    }
}
