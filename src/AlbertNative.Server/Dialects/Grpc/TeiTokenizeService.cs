using AlbertNative.Server.Dialects.Grpc.Tei;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;
using AlbertNative.Tokenization;
using Grpc.Core;

namespace AlbertNative.Server.Dialects.Grpc;

/// <summary><c>tei.v1.Tokenize</c>.</summary>
internal sealed class TeiTokenizeService(GrpcCalls calls) : Tokenize.TokenizeBase
{
    public override Task<EncodeResponse> Tokenize(EncodeRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => EncodeAsync(work, request));

    public override Task TokenizeStream(
        IAsyncStreamReader<EncodeRequest> requestStream, IServerStreamWriter<EncodeResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, EncodeAsync);

    public override Task<DecodeResponse> Decode(DecodeRequest request, ServerCallContext context) =>
        calls.AnswerAsync(context, work => DecodeAsync(work, request));

    public override Task DecodeStream(
        IAsyncStreamReader<DecodeRequest> requestStream, IServerStreamWriter<DecodeResponse> responseStream, ServerCallContext context) =>
        calls.StreamAsync(context, requestStream, responseStream, DecodeAsync);

    private static async Task<EncodeResponse> EncodeAsync(RequestWork work, EncodeRequest request)
    {
        string text = GrpcCalls.Input(request.Inputs, work).Text!;
        TeiLimits.RequireCharacters(text, work.Model.MaxLength, "inputs");
        string whole = TeiVectors.PromptOf(work.Model, request.HasPromptName ? request.PromptName : null) + text;
        Encoding encoding = (await work.TokenizeAsync([whole], request.AddSpecialTokens).ConfigureAwait(false))[0];
        TextUnits bytes = new(whole, TextUnit.Utf8);
        EncodeResponse response = new();
        for (int token = 0; token < encoding.Count; token++)
        {
            TextSpan span = encoding.Spans[token];
            bool special = encoding.IsSpecial(token);
            SimpleToken written = new()
            {
                Id = (uint)encoding.Ids[token],
                Special = special,
                Text = special ? encoding.Tokens[token] : whole.Substring(span.Start, span.Length),
            };
            if (!special)
            {
                written.Start = (uint)bytes[span.Start];
                written.Stop = (uint)bytes[span.End];
            }
            response.Tokens.Add(written);
        }
        return response;
    }

    private static async Task<DecodeResponse> DecodeAsync(RequestWork work, DecodeRequest request)
    {
        if (request.Ids.Count == 0)
            throw TeiInput.Empty("ids");
        uint known = (uint)work.Model.Model.Tokenizer.VocabularySize;
        int[] ids = [.. request.Ids.Where(id => id < known).Select(id => (int)id)];
        return new DecodeResponse { Text = (await work.DecodeAsync([ids], request.SkipSpecialTokens).ConfigureAwait(false))[0] };
    }
}
