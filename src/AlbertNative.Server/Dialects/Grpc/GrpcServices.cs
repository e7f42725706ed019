using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary>The services of gRPC, where an address is named for it.</summary>
internal static class GrpcServices
{
    public static void Add(IServiceCollection services, ServerOptions options)
    {
        if (options.Grpc is null)
            return;
        services.AddSingleton<GrpcCalls>();
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = (int)Math.Min(options.PayloadLimit, int.MaxValue));
        services.AddGrpcReflection();
    }

    public static void Map(WebApplication app, ServerOptions options)
    {
        if (options.Grpc is null)
            return;
        app.MapGrpcService<TeiInfoService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiEmbedService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiPredictService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiRerankService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<TeiTokenizeService>().WithMetadata(DialectOf.Grpc);
        app.MapGrpcService<GrpcHealth>().WithMetadata(DialectOf.Grpc, new RouteAccess(null));
        app.MapGrpcReflectionService().WithMetadata(DialectOf.Grpc, new RouteAccess(null));
    }
}
