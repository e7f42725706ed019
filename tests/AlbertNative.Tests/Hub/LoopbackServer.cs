using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AlbertNative.Tests.Hub;

/// <summary>What a server was asked.</summary>
internal sealed record SeenRequest(string Method, string Path, string? Authorization, string? Range);

/// <summary>An HTTP server on a free loopback port that remembers what it was asked.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public static async Task<LoopbackServer> StartAsync(Func<HttpContext, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            options.Limits.MinResponseDataRate = null;
        });
        builder.Logging.ClearProviders();
        LoopbackServer server = new(builder.Build());
        server._application.Run(context =>
        {
            HttpRequest request = context.Request;
            server.Seen.Enqueue(new SeenRequest(request.Method, request.Path.Value!, Text(request.Headers.Authorization), Text(request.Headers.Range)));
            return answer(context);
        });
        await server._application.StartAsync();
        server.Address = new Uri(server._application.Urls.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await _application.StopAsync(now.Token); // do not wait for bodies that a test left hanging
        await _application.DisposeAsync();
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();
}
