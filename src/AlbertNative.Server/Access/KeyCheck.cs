using AlbertNative.Server.Configuration;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;

namespace AlbertNative.Server.Access;

/// <summary>Who may ask a route.</summary>
/// <param name="Name">Of <see cref="Settings.PublicRoutes"/> the name that opens it; null where it is open to all.</param>
internal sealed record RouteAccess(string? Name);

/// <summary>Lets through who has a key, before method and body are looked at.</summary>
internal sealed class KeyCheck(RequestDelegate next, ApiKeys keys, ServerOptions options)
{
    public Task InvokeAsync(HttpContext http)
    {
        Endpoint? endpoint = http.GetEndpoint();
        if (!keys.AreNeeded || endpoint is null || HttpMethods.IsOptions(http.Request.Method) || IsOpen(endpoint))
            return next(http);
        if (keys.Find(http.Request.Headers) is not ServingClient client)
        {
            if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
                return RefuseCall(http);
            return JsonAnswer.WriteErrorAsync(
                http, Dialects.DialectOf.Endpoint(http), new RequestException(ErrorKind.Unauthorized, "a valid API key is needed"));
        }
        http.Features.Set(client);
        return next(http);
    }

    // A call that never began: its status stands among the headers.
    private static Task RefuseCall(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)Grpc.Core.StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = "a valid API key is needed";
        return Task.CompletedTask;
    }

    private bool IsOpen(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<RouteAccess>() is RouteAccess access && (access.Name is null || options.Public.Contains(access.Name));
}
