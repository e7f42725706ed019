using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;

namespace Generated;

/// <summary>
/// What a user of the client that is generated from the server's OpenAPI document writes. <c>GeneratedClientTests</c> compiles it
/// with that client: it is no part of the tests' own assembly.
/// </summary>
public static class GeneratedClientCalls
{
    public static async Task<float[][]> TeiEmbed(HttpClient http, string text) =>
        Vectors(await new AlbertClient(http).PostEmbedAsync(new TeiEmbedRequest { Inputs = text, Truncation_direction = TeiTruncationTruncation_direction.Right }));

    public static async Task<float[][]> NativeEmbed(HttpClient http, string[] texts)
    {
        NativeEmbedResponse response = await new AlbertClient(http).PostApiEmbedAsync(
            new NativeEmbedRequest { Inputs = texts, Options = new NativeEmbedOptions { Normalize = false, Overlong = NativeEmbedOptionsOverlong.Refuse } });
        return [.. response.Results.Select(result => result.Embedding.ToArray())];
    }

    public static async Task<(string Token, float Score)[]> FillMask(HttpClient http, string text)
    {
        NativeFillMaskResponse response = await new AlbertClient(http).PostApiFillMaskAsync(
            new NativeFillMaskRequest { Inputs = [text], Offsets = NativeRequestOffsets.Codepoint, Options = new NativeFillMaskOptions { Top_k = 3 } },
            x_priority: XPriority.Bulk);
        return [.. response.Results.Single().Masks.Single().Select(fill => (fill.Token_str, fill.Score))];
    }

    public static async Task<(string Label, float Score)[]> Classify(HttpClient http, string model, string text)
    {
        NativeClassifyResponse response = await new AlbertClient(http).PostApiClassifyAsync(new NativeClassifyRequest { Model = model, Inputs = [text] });
        return [.. response.Results.Single().Labels.Select(label => (label.Label, label.Score))];
    }

    public static async Task<(string Label, float Score)[]> TeiPredict(HttpClient http, string model, string text) =>
        [.. (await new AlbertClient(http).PostPredictAsync(new TeiPredictRequest { Inputs = text }, x_model: model)).Select(label => (label.Label, label.Score))];

    public static async Task<(string Word, int Start, int End)[]> Tag(HttpClient http, string model, string text)
    {
        NativeTagResponse response = await new AlbertClient(http).PostApiTagAsync(new NativeTagRequest { Model = model, Inputs = [text] });
        return [.. response.Results.Single().Entities.Select(entity => (entity.Word, entity.Start, entity.End))];
    }

    public static async Task<float[]> Infer(HttpClient http, string model, string text)
    {
        OipTensor input = new() { Name = "text", Datatype = "BYTES", Shape = [1], Data = [text] };
        OipInferResponse response = await new AlbertClient(http).PostV2ModelsModelInferAsync(model, new OipInferRequest { Inputs = [input] });
        OipTensor output = response.Outputs.Single(tensor => tensor.Name == "embedding");
        return [.. output.Data!.Select(number => ((System.Text.Json.JsonElement)number).GetSingle())];
    }

    public static async Task<string[]> Describe(HttpClient http)
    {
        AlbertClient client = new(http);
        TeiInfo info = await client.GetInfoAsync();
        OpenAIModels models = await client.GetV1ModelsAsync();
        OipModel model = await client.GetV2ModelsModelAsync(info.Served_model_name);
        OipStatistics statistics = await client.GetV2ModelsModelStatsAsync(model.Name);
        ICollection<RepositoryModel> repository = await client.PostV2RepositoryIndexAsync(body: new RepositoryIndexRequest());
        _ = await client.GetMetricsAsync();
        await client.GetHealthAsync();
        return [models.Data.First().Id, statistics.Model_stats.Single().Name, repository.First().Name];
    }

    /// <summary>What the routes of each dialect say of a request that they refuse.</summary>
    public static async Task<(int Status, string Message, string Kind)[]> Refusals(HttpClient http)
    {
        AlbertClient client = new(http);
        AlbertException<TeiError> tei = await Refused<TeiError>(() => client.PostEmbedAsync(new TeiEmbedRequest { Inputs = "" }));
        AlbertException<OpenAIError> openAI = await Refused<OpenAIError>(
            () => client.PostV1EmbeddingsAsync(new OpenAIEmbeddingRequest { Model = "other", Input = "a" }));
        AlbertException<NativeError> native = await Refused<NativeError>(
            () => client.PostApiTokenizeAsync(new NativeTokenizeRequest { Model = "other", Inputs = ["a"] }));
        AlbertException<PlainError> plain = await Refused<PlainError>(() => client.GetV2ModelsModelAsync("other"));
        return
        [
            (tei.StatusCode, tei.Result.Error, tei.Result.Error_type.ToString()),
            (openAI.StatusCode, openAI.Result.Error.Message, openAI.Result.Error.Code!),
            (native.StatusCode, native.Result.Error.Message, native.Result.Error.Code),
            (plain.StatusCode, plain.Result.Error, ""),
        ];
    }

    private static async Task<AlbertException<TError>> Refused<TError>(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (AlbertException<TError> refusal)
        {
            return refusal;
        }
        throw new InvalidOperationException("the request was not refused");
    }

    private static float[][] Vectors(ICollection<ICollection<float>> vectors) => [.. vectors.Select(vector => vector.ToArray())];
}
