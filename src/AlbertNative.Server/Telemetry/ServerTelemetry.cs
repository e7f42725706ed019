using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Documents;
using AlbertNative.Serving;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace AlbertNative.Server.Telemetry;

/// <summary>Metrics for Prometheus, and metrics and traces for a collector where one is named.</summary>
internal static class ServerTelemetry
{
    private static readonly string[] Meters =
        [ServerMetrics.Name, ServingTelemetry.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void Add(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<InferenceStatistics>();
        services.AddSingleton<ServerMetrics>();
        if (options.HasTeiMetrics)
            services.AddSingleton<TeiMetrics>();
        OpenTelemetry.OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters).AddMeter(TeiMetrics.Name).AddPrometheusExporter();
            if (options.OtlpEndpoint is not Uri endpoint)
                return;
            // A histogram names a trace of each of its buckets, where there are traces.
            metrics.SetExemplarFilter(ExemplarFilterType.TraceBased).AddOtlpExporter(exporter => exporter.Endpoint = endpoint);
        });
        if (options.OtlpEndpoint is Uri collector)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(ServingTelemetry.SourceName, "Microsoft.AspNetCore")
                .SetSampler(provider => new LinkSampler(new TraceCeiling(
                    new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)), provider.GetRequiredService<TimeProvider>())))
                .AddProcessor(new ClientTextRedaction())
                .AddOtlpExporter(exporter => exporter.Endpoint = collector));
        }
    }

    /// <summary>Begins to listen: only what is counted afterwards is exported, the zero of every series, too.</summary>
    public static void Listen(IServiceProvider services)
    {
        _ = services.GetRequiredService<MeterProvider>();
        _ = services.GetRequiredService<ServerMetrics>();
    }

    /// <summary>The route for Prometheus: it asks no model and waits for none.</summary>
    public static void Map(WebApplication app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(
            DialectOf.Tei, new RouteAccess("metrics"), new RouteDocument("Metrics for Prometheus", Response: "Text") { ResponseType = "text/plain" });
}
