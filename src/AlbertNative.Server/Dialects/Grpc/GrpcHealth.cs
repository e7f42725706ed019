using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using Grpc.Core;
using Grpc.Health.V1;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>grpc.health.v1.Health</c>: a service is there where the default model has a head for it.</summary>
internal sealed class GrpcHealth(ServerState state, ServedModels models, TimeProvider time) : Health.HealthBase
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        Task.FromResult(new HealthCheckResponse
        {
            Status = StatusOf(request.Service) ?? throw new RpcException(new Status(StatusCode.NotFound, "there is no such service")),
        });

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        HealthCheckResponse.Types.ServingStatus? written = null;
        while (!context.CancellationToken.IsCancellationRequested)
        {
            HealthCheckResponse.Types.ServingStatus status = StatusOf(request.Service) ?? HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status != written)
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken).ConfigureAwait(false);
            written = status;
            await Task.Delay(WatchEvery, time, context.CancellationToken).ConfigureAwait(false);
        }
    }

    private HealthCheckResponse.Types.ServingStatus? StatusOf(string service)
    {
        bool? has = service switch
        {
            "" or "tei.v1.Info" or "tei.v1.Tokenize" or "inference.GRPCInferenceService" => true,
            "tei.v1.Embed" => IsKind(ModelKind.Embedding),
            "tei.v1.Predict" => IsKind(ModelKind.Classifier, ModelKind.Reranker),
            "tei.v1.Rerank" => IsKind(ModelKind.Reranker),
            _ => null,
        };
        return has is null ? null
            : has.Value && state.IsReady ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing;
    }

    private bool IsKind(params ReadOnlySpan<ModelKind> kinds) => models.Default is ServedModel model && kinds.Contains(model.Kind);
}
