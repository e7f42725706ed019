using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Models;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>tei.v1.Info</c>.</summary>
internal sealed class TeiInfoService(GrpcCalls calls) : Info.InfoBase
{
    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) => calls.AnswerAsync(context, work =>
        Task.FromResult(new InfoResponse
        {
            Version = ServerVersion.Text,
            ModelId = work.Model.Model.Transformer.Name,
            ModelDtype = work.Model.Model.Transformer.Precision.ToString().ToLowerInvariant(),
            ModelType = work.Model.Kind switch
            {
                ModelKind.Classifier => ModelType.Classifier,
                ModelKind.Reranker => ModelType.Reranker,
                _ => ModelType.Embedding,
            },
            MaxConcurrentRequests = (uint)calls.Options.MaxConnections,
            MaxInputLength = (uint)work.Model.MaxLength,
            MaxBatchTokens = (uint)calls.Options.MaxRequestTokens,
            MaxClientBatchSize = (uint)calls.Options.MaxClientBatchSize,
            TokenizationWorkers = (uint)Environment.ProcessorCount,
        }), needsRoom: false);
}
