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
        services.AddSingleton<GrpcMessages>();
        services.AddSingleton<OipRepository>();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)Math.Min(options.PayloadLimit, int.MaxValue);
            grpc.Interceptors.Add<GrpcMessages>();
        });
        // A message that is packed has a size that nobody knows before it is unpacked, and the framework unpacks all of it. It puts its
        // own ways of packing in the place of none, unless it is told so in the end.
        services.PostConfigure<GrpcServiceOptions>(grpc => grpc.CompressionProviders.Clear());
        services.AddGrpcReflection();
    }

    public static void Map(WebApplication app, ServerOptions options)
    {
        if (!options.HasGrpc)
            return;
        Add(app.MapGrpcService<TeiInfoService>());
        Add(app.MapGrpcService<TeiEmbedService>());
        Add(app.MapGrpcService<TeiPredictService>());
        Add(app.MapGrpcService<TeiRerankService>());
        Add(app.MapGrpcService<TeiTokenizeService>());
        Add(app.MapGrpcService<OipService>()).Add(OpenHealth);
        Add(app.MapGrpcService<GrpcHealth>()).WithMetadata(new RouteAccess(null));
        if (options.HasReflection)
            Add(app.MapGrpcReflectionService()).WithMetadata(new RouteAccess(null));
    }

    private static IEndpointConventionBuilder Add(IEndpointConventionBuilder service)
    {
        service.WithMetadata(DialectOf.Grpc).Add(GrpcMessages.Guard);
        return service;
    }

    // Probes need no key.
    private static void OpenHealth(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<GrpcMethodMetadata>().Any(call => call.Method.Name is nameof(OipService.ServerLive) or nameof(OipService.ServerReady)))
            endpoint.Metadata.Add(new RouteAccess(null));
    }
}
