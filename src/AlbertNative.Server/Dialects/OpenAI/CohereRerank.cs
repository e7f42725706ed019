using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenAI;

/// <summary>Ranking as Cohere's and Jina's clients ask for it: <c>{"query", "documents", "top_n", "return_documents"}</c>.</summary>
internal static class CohereRerank
{
    /// <summary>Fields of such clients that change results, and that nothing here follows.</summary>
    private static readonly string[] Unsupported = ["rank_fields", "max_chunks_per_doc", "max_tokens_per_doc", "truncate_prompt_tokens"];

    /// <summary>Reads a request, before anything of it is computed.</summary>
    /// <exception cref="RequestException">It is malformed.</exception>
    public static Func<Task<TeiAnswer>> Read(RequestWork work, JsonElement body)
    {
        JsonElement request = JsonBody.Object(body, "the body");
        string query = TeiInput.TextIn(JsonBody.Required(request, "query"), "query", work.Request.Options);
        string[] documents = Documents(JsonBody.Required(request, "documents"), work);
        int topN = JsonBody.OptionalCount(request, "top_n") ?? documents.Length;
        if (topN == 0)
            throw new RequestException(ErrorKind.Invalid, "`top_n` must be at least 1", "top_n");
        bool withTexts = JsonBody.OptionalFlag(request, "return_documents") ?? false;
        RerankOptions ranking = new()
        {
            Function = JsonBody.OptionalFlag(request, "raw_scores") == true ? ScoreFunction.None : ScoreFunction.Sigmoid,
            KeepsQuery = true,
        };
        foreach (string name in Unsupported)
            OpenAIFields.RefuseUnless(request, name);
        OpenAIFields.Rank(work.Request, request);
        Overlong longTexts = TeiTerms.LongTexts(request, work.Request.Options);
        return async () =>
        {
            float[] scores = await TeiScores.RanksAsync(
                work, query, documents, longTexts, ranking, "documents").ConfigureAwait(false);
            // Of equal scores the earlier first.
            IEnumerable<int> best = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(topN);
            return json => Write(json, work, best, scores, withTexts ? documents : null);
        };
    }

    /// <summary>Whether a body is of this kind and not text-embeddings-inference's.</summary>
    public static bool IsAsked(JsonElement body) => body.ValueKind == JsonValueKind.Object
        && body.TryGetProperty("documents", out _) && !body.TryGetProperty("texts", out _);

    private static string[] Documents(JsonElement documents, RequestWork work)
    {
        if (documents.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("documents", "an array", documents);
        if (documents.GetArrayLength() == 0)
            throw TeiInput.Empty("documents");
        TeiLimits.RequireCount(documents.GetArrayLength(), work.Request.Options);
        return [.. documents.EnumerateArray().Select((document, i) => TextOf(document, $"documents[{i}]", work))];
    }

    private static string TextOf(JsonElement document, string path, RequestWork work)
    {
        if (document.ValueKind != JsonValueKind.Object)
            return TeiLimits.Text(document, path, work.Request.Options);
        return document.TryGetProperty("text", out JsonElement text)
            ? TeiLimits.Text(text, $"{path}.text", work.Request.Options)
            : throw new RequestException(ErrorKind.WrongType, $"`{path}.text` is missing", $"{path}.text");
    }

    private static void Write(Utf8JsonWriter json, RequestWork work, IEnumerable<int> best, float[] scores, string[]? documents)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, work.Request.Http.TraceIdentifier);
        json.WriteString("model"u8, work.Model.Name);
        json.WritePropertyName("results"u8);
        json.WriteArray(best, (writer, i) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            writer.WriteNumber("relevance_score"u8, scores[i]);
            if (documents is not null)
            {
                writer.WriteStartObject("document"u8);
                writer.WriteString("text"u8, documents[i]);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        });
        OpenAIRoutes.WriteUsage(json, work);
        json.WriteStartObject("meta"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
