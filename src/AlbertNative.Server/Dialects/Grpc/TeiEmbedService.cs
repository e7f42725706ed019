using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>tei.v1.Embed</c>.</summary>
internal sealed class TeiEmbedService(GrpcCalls calls) : Embed.EmbedBase
{
    public override Task<EmbedResponse> Embed(EmbedRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => EmbedAsync(work, request));

    public override Task EmbedStream(
        IAsyncStreamReader<EmbedRequest> requestStream, IServerStreamWriter<EmbedResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, EmbedAsync);

    public override Task<EmbedSparseResponse> EmbedSparse(EmbedSparseRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => SparseAsync(work, request));

    public override Task EmbedSparseStream(
        IAsyncStreamReader<EmbedSparseRequest> requestStream, IServerStreamWriter<EmbedSparseResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, SparseAsync);

    public override Task<EmbedAllResponse> EmbedAll(EmbedAllRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => AllAsync(work, request));

    public override Task EmbedAllStream(
        IAsyncStreamReader<EmbedAllRequest> requestStream, IServerStreamWriter<EmbedAllResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, AllAsync);

    private static async Task<EmbedResponse> EmbedAsync(RequestWork work, EmbedRequest request)
    {
        VectorTerms terms = new(
            GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection),
            request.HasPromptName ? request.PromptName : null,
            !request.HasNormalize || request.Normalize,
            request.HasDimensions ? (int)Math.Min(request.Dimensions, int.MaxValue) : null);
        IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(work, [GrpcCalls.Input(request.Inputs, work)], terms, "inputs").ConfigureAwait(false);
        TeiVectors.RequireFinite(vectors[0]);
        EmbedResponse response = new() { Metadata = GrpcCalls.MetadataOf(work) };
        response.Embeddings.AddRange(vectors[0]);
        return response;
    }

    private static async Task<EmbedSparseResponse> SparseAsync(RequestWork work, EmbedSparseRequest request)
    {
        Overlong longTexts = GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection);
        if (request.HasPromptName)
            throw TeiVectors.UnknownPrompt();
        var vectors = await TeiVectors.SparseAsync(work, [GrpcCalls.Input(request.Inputs, work)], longTexts, "inputs").ConfigureAwait(false);
        EmbedSparseResponse response = new() { Metadata = GrpcCalls.MetadataOf(work) };
        response.SparseEmbeddings.AddRange(vectors[0].Select(weight => new SparseValue { Index = (uint)weight.TokenId, Value = weight.Weight }));
        return response;
    }

    private static async Task<EmbedAllResponse> AllAsync(RequestWork work, EmbedAllRequest request)
    {
        VectorTerms terms = new(
            GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection), request.HasPromptName ? request.PromptName : null, false, null);
        IReadOnlyList<TokenEmbeddings> texts = await TeiVectors.TokensAsync(work, [GrpcCalls.Input(request.Inputs, work)], terms, "inputs").ConfigureAwait(false);
        EmbedAllResponse response = new() { Metadata = GrpcCalls.MetadataOf(work) };
        for (int token = 0; token < texts[0].Count; token++)
        {
            TeiVectors.RequireFinite(texts[0][token]);
            TokenEmbedding embedding = new();
            embedding.Embeddings.AddRange(texts[0][token].ToArray());
            response.TokenEmbeddings.Add(embedding);
        }
        return response;
    }
}
