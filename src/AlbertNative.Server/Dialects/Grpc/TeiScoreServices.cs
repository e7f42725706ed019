using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>tei.v1.Predict</c>.</summary>
internal sealed class TeiPredictService(GrpcCalls calls) : Predict.PredictBase
{
    public override Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => PredictAsync(work, request));

    public override Task<PredictResponse> PredictPair(PredictPairRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => PredictPairAsync(work, request));

    public override Task PredictStream(
        IAsyncStreamReader<PredictRequest> requestStream, IServerStreamWriter<PredictResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, PredictAsync);

    public override Task PredictPairStream(
        IAsyncStreamReader<PredictPairRequest> requestStream, IServerStreamWriter<PredictResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, PredictPairAsync);

    private static Task<PredictResponse> PredictAsync(RequestWork work, PredictRequest request) => LabelAsync(
        work, new TeiPair(GrpcCalls.Input(request.Inputs, work).Text!, null),
        GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection), request.RawScores);

    private static Task<PredictResponse> PredictPairAsync(RequestWork work, PredictPairRequest request)
    {
        if (request.Inputs.Count is not (1 or 2))
            throw new RequestException(ErrorKind.WrongType, $"`inputs` must have one or two texts, it has {request.Inputs.Count}", "inputs");
        string first = TeiLimits.Text(request.Inputs[0], "inputs[0]", work.Request.Options);
        string? second = request.Inputs.Count == 2 ? TeiLimits.Text(request.Inputs[1], "inputs[1]", work.Request.Options) : null;
        if (first.Length == 0 && string.IsNullOrEmpty(second))
            throw TeiInput.Empty("inputs");
        return LabelAsync(work, new TeiPair(first, second), GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection), request.RawScores);
    }

    private static async Task<PredictResponse> LabelAsync(RequestWork work, TeiPair pair, Overlong longTexts, bool raw)
    {
        IReadOnlyList<LabelScore[]> labels = await TeiScores.LabelsAsync(work, [pair], longTexts, raw, "inputs").ConfigureAwait(false);
        PredictResponse response = new() { Metadata = GrpcCalls.MetadataOf(work) };
        response.Predictions.AddRange(labels[0].Select(label => new Prediction { Score = label.Score, Label = label.Label }));
        return response;
    }
}

/// <summary><c>tei.v1.Rerank</c>.</summary>
internal sealed class TeiRerankService(GrpcCalls calls) : Rerank.RerankBase
{
    public override Task<RerankResponse> Rerank(RerankRequest request, ServerCallContext context) => calls.AnswerAsync(context, work =>
        RankAsync(
            work, request.Query, [.. request.Texts], GrpcCalls.LongTextsOf(request.Truncate, request.TruncationDirection),
            request.RawScores, request.ReturnText));

    public override async Task<RerankResponse> RerankStream(IAsyncStreamReader<RerankStreamRequest> requestStream, ServerCallContext context)
    {
        List<string> texts = [];
        List<MessageShare> shares = [];
        RerankStreamRequest? first = null;
        long bytes = 0;
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                shares.Add(GrpcMessages.TakeShare(context));
                RerankStreamRequest request = requestStream.Current;
                first ??= request;
                bytes += request.CalculateSize();
                if (texts.Count == calls.Options.MaxClientBatchSize || bytes > calls.Options.PayloadLimit)
                {
                    throw GrpcDialect.ExceptionOf(new RequestException(
                        ErrorKind.TooMuch, $"the stream has more than {calls.Options.MaxClientBatchSize} texts or {calls.Options.PayloadLimit} bytes"));
                }
                texts.Add(request.Text);
            }
            return await calls.AnswerAsync(context, work => RankAsync(
                work, first?.Query ?? "", [.. texts], GrpcCalls.LongTextsOf(first?.Truncate ?? false, first?.TruncationDirection ?? default),
                first?.RawScores ?? false, first?.ReturnText ?? false)).ConfigureAwait(false);
        }
        finally
        {
            shares.ForEach(share => share.Dispose());
        }
    }

    private static async Task<RerankResponse> RankAsync(
        RequestWork work, string query, string[] texts, Overlong longTexts, bool raw, bool withText)
    {
        if (texts.Length == 0)
            throw TeiInput.Empty("texts");
        TeiLimits.RequireCount(texts.Length, work.Request.Options);
        TeiLimits.Text(query, "query", work.Request.Options);
        for (int i = 0; i < texts.Length; i++)
            TeiLimits.Text(texts[i], $"texts[{i}]", work.Request.Options);
        if (query.Length == 0 && Array.Exists(texts, text => text.Length == 0))
            throw TeiInput.Empty("query");
        float[] scores = await TeiScores.RanksAsync(work, query, texts, longTexts, TeiScores.RankOptions(raw), "texts").ConfigureAwait(false);
        RerankResponse response = new() { Metadata = GrpcCalls.MetadataOf(work) };
        foreach (int i in TeiScores.BestFirst(scores))
        {
            Rank rank = new() { Index = (uint)i, Score = scores[i] };
            if (withText)
                rank.Text = texts[i];
            response.Ranks.Add(rank);
        }
        return response;
    }
}
