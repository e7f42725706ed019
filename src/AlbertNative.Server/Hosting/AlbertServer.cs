using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Grpc;
using AlbertNative.Server.Dialects.HuggingFace;
using AlbertNative.Server.Dialects.Native;
using AlbertNative.Server.Dialects.OpenAI;
using AlbertNative.Server.Dialects.OpenInference;
using AlbertNative.Server.Dialects.Repository;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Page;
using AlbertNative.Server.Quotas;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using AlbertNative.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace AlbertNative.Server.Hosting;

/// <summary>Puts a server together.</summary>
internal static class AlbertServer
{
    /// <summary>What is still waited for behind the requests in flight.</summary>
    public static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(5);

    /// <summary>A server of the options, not started.</summary>
    /// <param name="options">What was chosen.</param>
    /// <param name="read">Reads what is chosen now, for SIGHUP; null where that cannot have changed.</param>
    /// <param name="services">Puts other parts in the place of the server's own: for benchmarks.</param>
    /// <exception cref="FormatException">The file of keys is malformed, or there is no model.</exception>
    /// <exception cref="IOException">The file of keys cannot be read.</exception>
    public static WebApplication Build(ServerOptions options, Func<ServerOptions>? read = null, Action<IServiceCollection>? services = null)
    {
        if (options.Models.IsEmpty && options.ModelRepository is null)
            throw new FormatException("there is no model to serve: name one with --model NAME=PATH");
        ModelCatalog catalog = new(options);
        ApiKeys keys = ApiKeys.Of(options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "albert-serve" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, options));
        builder.Services.Configure<SocketTransportOptions>(Spare);
        builder.Services.AddSingleton<IConnectionListenerFactory, DrainingListeners>();
        builder.Services.AddRoutingCore();
        builder.Services.AddCors();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(keys);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(catalog);
        builder.Services.AddSingleton(new SettingsSource(read ?? (() => options)));
        builder.Services.AddSingleton<ServedModels>();
        builder.Services.AddSingleton<ModelUpdates>();
        builder.Services.AddSingleton<ServerState>();
        builder.Services.AddSingleton<RequestBodies>();
        builder.Services.AddSingleton(services =>
        {
            ServerTelemetry.Listen(services);
            InferenceScheduler scheduler = new(SchedulerOptionsOf(options));
            services.GetService<TeiMetrics>()?.Follow(scheduler);
            return scheduler;
        });
        builder.Services.AddSingleton(services => new ModelRegistry(services.GetRequiredService<InferenceScheduler>(), options.MaxMemory));
        builder.Services.AddSingleton(services => new ResultCache(
            services.GetRequiredService<InferenceScheduler>().Telemetry, options.Cache ?? 0, options.CacheShared));
        builder.Services.AddSingleton<SharedQuotas>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SharedQuotas>());
        builder.Services.AddSingleton<ScheduledInference>();
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        builder.Services.AddSingleton<ModelLoading>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelLoading>());
        builder.Services.AddHostedService<Reloading>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout + StopMargin);
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddSingleton<RequestTelemetry>();
        GrpcServices.Add(builder.Services, options);
        ServerTelemetry.Add(builder.Services, options);
        ServerLog.Add(builder.Logging, options);

        services?.Invoke(builder.Services);

        WebApplication app = builder.Build();
        Proxies.Use(app, options);
        app.UseMiddleware<RequestFrame>();
        PlatformPaths.Use(app, options);
        app.UseRouting();
        app.UseMiddleware<ExactPaths>();
        app.UseMiddleware<Origins>();
        app.UseMiddleware<KeyCheck>();
        ServerTelemetry.Map(app);
        GrpcServices.Map(app, options);
        ServerRoutes routes = new(app);
        TeiRoutes.Map(routes);
        OpenAIRoutes.Map(routes);
        HuggingFaceRoutes.Map(routes);
        NativeRoutes.Map(routes);
        RepositoryRoutes.Map(routes);
        OpenInferenceRoutes.Map(routes, app.Services.GetRequiredService<InferenceStatistics>());
        ApiRoutes.Map(routes, app.Services, options);
        PageRoutes.Map(app, options);
        return app;
    }

    private static SchedulerOptions SchedulerOptionsOf(ServerOptions options) => new()
    {
        Threads = options.Threads,
        StepTokens = options.StepTokens,
        ExpressTokens = options.ExpressTokens,
        ExpressShare = options.ExpressShare,
        MaxQueue = options.MaxQueue,
        MaxQueuedBytes = options.MaxQueuedBytes,
        MaxRequestTokens = options.MaxRequestTokens,
        RequestTimeout = options.RequestTimeout,
    };

    /// <summary>What a request costs on its way through the system counts, as the processors are the models'.</summary>
    private static void Spare(SocketTransportOptions sockets)
    {
        // A request is read, and its answer sent, by the thread that finds its bytes, two hops less. It holds up nobody else: each
        // connection that has something to read has a thread of the pool.
        sockets.UnsafePreferInlineScheduling = true;
        // Waiting for bytes without a buffer takes two calls of the system more; with one, 4 kB for each open connection.
        sockets.WaitForDataBeforeAllocatingBuffer = false;
    }

    private static void Limit(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        Listeners.Add(kestrel, options);
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestBodySize = options.PayloadLimit;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.RequestHeadersTimeout = options.HeaderTimeout;
        limits.KeepAliveTimeout = options.KeepAlive;
        limits.MinRequestBodyDataRate = options.BodyRate == 0 ? null : new MinDataRate(options.BodyRate, RateGrace);
        limits.MinResponseDataRate = options.WriteRate == 0 ? null : new MinDataRate(options.WriteRate, RateGrace);
        limits.Http2.MaxStreamsPerConnection = options.Http2Streams;
    }
}
