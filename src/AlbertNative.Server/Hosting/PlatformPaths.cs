using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.Http.Features;

namespace AlbertNative.Server.Hosting;

/// <summary>The paths by which a platform calls <c>/vertex</c> and <c>/health</c>: it chooses them, and they go before the server's own.</summary>
internal static class PlatformPaths
{
    private const string Predict = "/vertex", Health = "/health";

    /// <summary>Answers them, where the options name any.</summary>
    public static void Use(WebApplication app, ServerOptions options)
    {
        if (options.PredictRoute is null && options.HealthRoute is null)
            return;
        app.Use((http, next) =>
        {
            IHttpRequestFeature request = http.Features.GetRequiredFeature<IHttpRequestFeature>();
            string path = request.RawTarget.Split('?', 2)[0];
            string? known = HttpMethods.IsPost(request.Method) && path == options.PredictRoute ? Predict
                : !HttpMethods.IsPost(request.Method) && path == options.HealthRoute ? Health : null;
            if (known is not null)
                request.RawTarget = request.Path = known;
            return next(http);
        });
    }
}
