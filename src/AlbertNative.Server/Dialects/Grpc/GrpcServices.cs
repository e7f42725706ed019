using AlbertNative.Server.Access;
using AlbertNative.Server.Configuration;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Health.V1;

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
        Add(app.MapGrpcService<OipService>()).Add(OpenProbe);
        Add(app.MapGrpcService<GrpcHealth>()).Add(OpenProbe);
        if (options.HasReflection)
            Add(app.MapGrpcReflectionService()).WithMetadata(new RouteAccess(null));
    }

    /// <summary>Whether a call asks no more than whether the server is well.</summary>
    public static bool IsProbe(IMethod call) => call.ServiceName == Health.Descriptor.FullName
        || (call.ServiceName == Oip.GRPCInferenceService.Descriptor.FullName && call.Name is nameof(OipService.ServerLive) or nameof(OipService.ServerReady));

    private static IEndpointConventionBuilder Add(IEndpointConventionBuilder service)
    {
        service.WithMetadata(DialectOf.Grpc).Add(GrpcMessages.Guard);
        return service;
    }

    // Probes need no key.
    private static void OpenProbe(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<GrpcMethodMetadata>().Any(call => IsProbe(call.Method)))
            endpoint.Metadata.Add(new RouteAccess(null));
    }
}
