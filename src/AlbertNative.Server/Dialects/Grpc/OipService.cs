using AlbertNative.Server.Dialects.Grpc.Oip;
using AlbertNative.Server.Dialects.OpenInference;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Server.Telemetry;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>inference.GRPCInferenceService</c>: the Open Inference Protocol v2.</summary>
internal sealed class OipService(GrpcCalls calls, ServedModels models, ServerState state, InferenceStatistics statistics, OipRepository repository)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = state.IsLive });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = state.IsReady });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        if (!models.Names.Contains(request.Name))
            throw GrpcDialect.ExceptionOf(new RequestException(ErrorKind.NoSuchModel, "no model of this name is served", "name"));
        ServedModel? model = models.All.FirstOrDefault(model => model.Name == request.Name);
        return Task.FromResult(new ModelReadyResponse
        {
            Ready = model is not null && (request.Version.Length == 0 || request.Version == model.Version),
        });
    }

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) => Task.FromResult(
        new ServerMetadataResponse { Name = InferMetadata.ServerName, Version = ServerVersion.Text, Extensions = { InferMetadata.Extensions } });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) => calls.AnswerAsync(
        context, work => Task.FromResult(OipMessages.MetadataOf(Checked(work, request.Version))), needsRoom: false, Named(request.Name));

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => InferAsync(work, request), needsRoom: true, Named(request.ModelName));

    // A request that is refused is answered with its error, and the stream goes on.
    public override Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream, IServerStreamWriter<ModelStreamInferResponse> responseStream, ServerCallContext context) =>
        new GrpcStream<ModelInferRequest, ModelStreamInferResponse>(context, requestStream, responseStream, async (request, over) =>
        {
            try
            {
                return new() { InferResponse = await calls.PartAsync(context, request, InferAsync, Named(request.ModelName), over).ConfigureAwait(false) };
            }
            catch (RpcException e)
            {
                return new() { ErrorMessage = e.Status.Detail, InferResponse = new ModelInferResponse { Id = request.Id } };
            }
        }).RunAsync();

    public override async Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        if (request.Name.Length == 0)
        {
            ModelStatisticsResponse all = new();
            all.ModelStats.AddRange(models.All.Select(model => OipMessages.StatisticsOf(statistics.Of(model))));
            return all;
        }
        return await calls.AnswerAsync(
            context,
            work => Task.FromResult(new ModelStatisticsResponse { ModelStats = { OipMessages.StatisticsOf(statistics.Of(Checked(work, request.Version))) } }),
            needsRoom: false, Named(request.Name)).ConfigureAwait(false);
    }

    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) =>
        repository.IndexAsync(request, context);

    public override Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context) =>
        repository.LoadAsync(request, context);

    public override Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context) =>
        repository.UnloadAsync(request, context);

    private static async Task<ModelInferResponse> InferAsync(RequestWork work, ModelInferRequest message)
    {
        Checked(work, message.ModelVersion);
        InferRequest request = OipMessages.Read(message);
        return OipMessages.Write(work, request, await OpenInferenceRoutes.ComputeAsync(work, request).ConfigureAwait(false));
    }

    private static ServedModel Checked(RequestWork work, string version)
    {
        if (version.Length > 0 && version != work.Model.Version)
            throw new RequestException(ErrorKind.NoSuchModel, "this version of the model is not served", "version");
        return work.Model;
    }

    private static string? Named(string name) => name.Length > 0 ? name : null;
}
