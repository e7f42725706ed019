using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using Grpc.AspNetCore.Server;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>The services of gRPC, where an address is named for it.</summary>
internal static class GrpcServices
{
    public static void Add(IServiceCollection services, ServerOptions options)
    {
        if (!options.HasGrpc)
            return;
        services.AddSingleton<GrpcCalls>();
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = (int)Math.Min(options.PayloadLimit, int.MaxValue));
        services.AddGrpcReflection();
    }

    public static void Map(WebApplication app, ServerOptions options)
    {
        if (!options.HasGrpc)
            return;
        app.MapGrpcService<TeiInfoService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiEmbedService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiPredictService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiRerankService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiTokenizeService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<OipService>().WithMetadata(DialectOf.Grpc).Add(OpenHealth);
        app.MapGrpcService<GrpcHealth>().WithMetadata(DialectOf.Grpc, new RouteAccess(null));
        if (options.HasReflection)
            app.MapGrpcReflectionService().WithMetadata(DialectOf.Grpc, new RouteAccess(null));
    }

    // Probes need no key.
    private static void OpenHealth(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<GrpcMethodMetadata>().Any(call => call.Method.Name is nameof(OipService.ServerLive) or nameof(OipService.ServerReady)))
            endpoint.Metadata.Add(new RouteAccess(null));
    }
}
