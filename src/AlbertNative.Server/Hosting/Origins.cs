using AlbertNative.Server.Configuration;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace AlbertNative.Server.Hosting;

/// <summary>Answers web pages' preflights, and tells browsers which origins may read an answer; none where none is configured.</summary>
internal sealed class Origins(RequestDelegate next, ICorsService cors, ServerOptions options)
{
    private readonly CorsPolicy? _policy = PolicyOf(options);

    public Task InvokeAsync(HttpContext http)
    {
        if (_policy is not null)
        {
            http.Response.Headers.Vary = "origin, access-control-request-method, access-control-request-headers";
            cors.ApplyResult(cors.EvaluatePolicy(http, _policy), http.Response);
            if (_policy.AllowAnyOrigin)
                http.Response.Headers.AccessControlAllowOrigin = CorsConstants.AnyOrigin;
        }
        if (!HttpMethods.IsOptions(http.Request.Method) || http.GetEndpoint() is null)
            return next(http);
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static CorsPolicy? PolicyOf(ServerOptions options)
    {
        if (options.CorsOrigins.IsEmpty)
            return null;
        CorsPolicyBuilder policy = new CorsPolicyBuilder()
            .WithMethods("GET", "POST")
            .WithHeaders("content-type", "authorization", "x-api-key", "x-request-id", "x-model")
            .SetPreflightMaxAge(TimeSpan.FromHours(1));
        return options.CorsOrigins.Contains("*")
            ? policy.AllowAnyOrigin().Build()
            : policy.WithOrigins([.. options.CorsOrigins]).Build();
    }
}
