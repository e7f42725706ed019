using System.Runtime.InteropServices;
using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Documents;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenAI;

/// <summary>OpenAI's embeddings, and the list of models.</summary>
internal static class OpenAIRoutes
{
    private const string TokenIdsRefusal =
        "token ids are of another vocabulary unless the client uses this model's tokenizer; "
        + "start the server with --openai-token-inputs, or send text (LangChain: check_embedding_ctx_length=False)";

    public static void Map(ServerRoutes routes)
    {
        foreach (string path in (string[])["/v1/embeddings", "/embeddings"])
            routes.Post(path, DialectOf.OpenAI, body => ModelOf(body, routes), EmbedAsync, new RouteDocument("Vectors of texts", "OpenAIEmbeddingRequest", "OpenAIEmbeddingResponse"));
        foreach (string path in (string[])["/v1/rerank", "/v2/rerank"])
        {
            routes.Post(path, DialectOf.OpenAI, body => ModelOf(body, routes), async (work, body) =>
            {
                TeiAnswer answer = await CohereRerank.Read(work, body)().ConfigureAwait(false);
                await work.Request.AnswerAsync(json => answer(json)).ConfigureAwait(false);
            }, new RouteDocument("Documents by how well they answer a query", "RerankRequest", "RerankResponse"));
        }
        routes.Get("/v1/models", DialectOf.OpenAI, access: null, request => request.AnswerAsync(json => WriteModels(json, routes.Models.All), withTimings: false),
            new RouteDocument("The models", Response: "OpenAIModels"));
        routes.Get("/v1/models/{**model}", DialectOf.OpenAI, access: null, async request =>
        {
            ServedModel model = await routes.FindModelAsync(request, RouteNames.Of(request.Http, "model")).ConfigureAwait(false);
            await request.AnswerAsync(json => WriteModel(json, model), withTimings: false).ConfigureAwait(false);
        }, new RouteDocument("A model", Response: "OpenAIModel"));
    }

    private static string? ModelOf(JsonElement body, ServerRoutes routes)
    {
        string? name = JsonBody.OptionalText(JsonBody.Object(body, "the body"), "model");
        return routes.Options.OpenAIAnyModel && name is not null && !routes.Models.Names.Contains(name) ? null : name;
    }

    private static async Task EmbedAsync(RequestWork work, JsonElement body)
    {
        TeiInput[] inputs = TeiInput.ReadAll(JsonBody.Required(body, "input"), "input", work.Request.Options);
        if (!work.Request.Options.OpenAITokenInputs && inputs.Any(input => input.Ids is not null))
            throw new RequestException(ErrorKind.Invalid, TokenIdsRefusal, "input");
        bool asBase64 = IsBase64(body);
        IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(work, inputs, OpenAIFields.Vectors(work, body), "input").ConfigureAwait(false);
        await work.Request.AnswerAsync(json => Write(json, vectors, asBase64, work)).ConfigureAwait(false);
    }

    private static bool IsBase64(JsonElement body) => JsonBody.OptionalText(body, "encoding_format") switch
    {
        null or "" or "float" => false,
        "base64" => true,
        _ => throw new RequestException(ErrorKind.Invalid, "`encoding_format` must be float or base64", "encoding_format"),
    };

    private static void Write(Utf8JsonWriter json, IReadOnlyList<float[]> vectors, bool asBase64, RequestWork work)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        for (int i = 0; i < vectors.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WritePropertyName("embedding"u8);
            if (asBase64)
                WriteBase64(json, vectors[i]);
            else
                TeiVectors.Write(json, vectors[i]);
            json.WriteNumber("index"u8, i);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model"u8, work.Model.Name);
        WriteUsage(json, work);
        json.WriteEndObject();
    }

    /// <summary>Writes what a request took.</summary>
    public static void WriteUsage(Utf8JsonWriter json, RequestWork work)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, work.Request.Timings.Tokens);
        json.WriteNumber("total_tokens"u8, work.Request.Timings.Tokens);
        json.WriteEndObject();
    }

    // The bytes of little-endian float32, as OpenAI's clients ask for unless their caller says otherwise.
    private static void WriteBase64(Utf8JsonWriter json, float[] vector)
    {
        TeiVectors.RequireFinite(vector);
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<float>(vector);
        if (BitConverter.IsLittleEndian)
        {
            json.WriteBase64StringValue(bytes);
            return;
        }
        byte[] swapped = new byte[bytes.Length];
        for (int i = 0; i < vector.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(swapped.AsSpan(4 * i), vector[i]);
        json.WriteBase64StringValue(swapped);
    }

    private static void WriteModels(Utf8JsonWriter json, IReadOnlyList<ServedModel> models)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (ServedModel model in models)
            WriteModel(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, 0);
        json.WriteString("owned_by"u8, "albert-native"u8);
        json.WriteStartArray("tasks"u8);
        foreach (TaskDescription task in model.Tasks)
            json.WriteStringValue(task.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
