using System.Net;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using AlbertNative.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>A server in this process, on a free loopback port, with albert-nano as its first model.</summary>
internal sealed class LoopbackServerApp : IAsyncDisposable
{
    private LoopbackServerApp(WebApplication app)
    {
        App = app;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public Uri Address { get; }

    public EndPoint EndPoint => new IPEndPoint(IPAddress.Loopback, Address.Port);

    public HttpClient Client { get; }

    /// <summary>Starts a server with some settings, and waits for its models.</summary>
    public static Task<LoopbackServerApp> StartAsync(params (string Name, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts a server with some settings and other parts in the place of its own, and waits for its models.</summary>
    public static async Task<LoopbackServerApp> StartAsync(Action<IServiceCollection>? services, params (string Name, string Value)[] settings)
    {
        LoopbackServerApp server = await StartUnreadyAsync(services, settings);
        await server.App.Services.GetRequiredService<ServedModels>().Loaded.WaitAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Starts a server with some settings.</summary>
    public static Task<LoopbackServerApp> StartUnreadyAsync(params (string Name, string Value)[] settings) => StartUnreadyAsync(null, settings);

    private static async Task<LoopbackServerApp> StartUnreadyAsync(Action<IServiceCollection>? services, (string Name, string Value)[] settings)
    {
        WebApplication app = AlbertServer.Build(Options(settings), services: services);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LoopbackServerApp(app);
    }

    /// <summary>The options of some settings; albert-nano is served unless they name a model.</summary>
    public static ServerOptions Options(params (string Name, string Value)[] settings)
    {
        OptionsReader reader = new();
        Dictionary<string, List<string>> values = new() { ["http"] = ["127.0.0.1:0"], ["log-level"] = ["none"] };
        foreach ((string name, string value) in settings)
        {
            if (name == "model" && values.TryGetValue(name, out List<string>? models))
                models.Add(value);
            else
                values[name] = [value];
        }
        values.TryAdd("model", [$"nano={ShippedModels.Nano}"]);
        foreach ((string name, List<string> given) in values)
            reader.SetFromCommandLine(Settings.Find(name)!, given);
        return reader.Build();
    }

    /// <summary>Posts JSON, and gives the answer as it came.</summary>
    public Task<RawAnswer> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        PostTypedAsync(path, "application/json", json, headers);

    /// <summary>Posts a text of a media type, and gives the answer as it came.</summary>
    public Task<RawAnswer> PostTypedAsync(string path, string type, string text, params (string Name, string Value)[] headers)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(text);
        return RawHttp.SendAsync(
            EndPoint, "POST", path,
            [
                new("content-type", type), new("content-length", body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                .. headers.Select(header => KeyValuePair.Create(header.Name, header.Value)),
            ],
            body, TestContext.Current.CancellationToken);
    }

    public Task<RawAnswer> GetAsync(string path, params (string Name, string Value)[] headers) => RawHttp.SendAsync(
        EndPoint, "GET", path, headers.Select(header => KeyValuePair.Create(header.Name, header.Value)), [], TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
    }
}
