using System.Text.Json;
using AlbertNative.Server.Dialects.OpenAI;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>What writes an answer.</summary>
internal delegate void TeiAnswer(Utf8JsonWriter json);

/// <summary>
/// text-embeddings-inference's requests: each is read whole, which throws what is wrong with it, before anything of it is computed.
/// </summary>
internal static class TeiTasks
{
    /// <summary><c>/embed</c>.</summary>
    public static Func<Task<TeiAnswer>> Embed(RequestWork work, JsonElement body)
    {
        TeiInput[] inputs = Inputs(work, body);
        VectorTerms terms = TeiTerms.Vectors(body, work.Request.Options, normalize: true);
        return async () =>
        {
            IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(work, inputs, terms, "inputs").ConfigureAwait(false);
            return json => json.WriteArray(vectors, static (writer, vector) => writer.WriteVector(vector));
        };
    }

    /// <summary><c>/embed_all</c>.</summary>
    public static Func<Task<TeiAnswer>> EmbedAll(RequestWork work, JsonElement body)
    {
        TeiInput[] inputs = Inputs(work, body);
        VectorTerms terms = TeiTerms.Vectors(body, work.Request.Options, normalize: null);
        return async () =>
        {
            IReadOnlyList<TokenEmbeddings> texts = await TeiVectors.TokensAsync(work, inputs, terms, "inputs").ConfigureAwait(false);
            return json => json.WriteArray(texts, WriteTokens);
        };
    }

    /// <summary><c>/embed_sparse</c>.</summary>
    public static Func<Task<TeiAnswer>> EmbedSparse(RequestWork work, JsonElement body)
    {
        TeiInput[] inputs = Inputs(work, body);
        VectorTerms terms = TeiTerms.Vectors(body, work.Request.Options, normalize: null);
        return async () =>
        {
            var vectors = await TeiVectors.SparseAsync(work, inputs, terms.LongTexts, "inputs").ConfigureAwait(false);
            return json => json.WriteArray(vectors, static (writer, vector) => writer.WriteArray(vector, WriteWeight));
        };
    }

    /// <summary><c>/predict</c>.</summary>
    public static Func<Task<TeiAnswer>> Predict(RequestWork work, JsonElement body)
    {
        (TeiPair[] pairs, bool isBatch) = TeiScores.Read(Field(body, "inputs"), "inputs", work.Request.Options);
        var longTexts = TeiTerms.LongTexts(body, work.Request.Options);
        bool raw = JsonBody.OptionalFlag(body, "raw_scores", nullPasses: false) ?? false;
        return async () =>
        {
            IReadOnlyList<LabelScore[]> labels = await TeiScores.LabelsAsync(work, pairs, longTexts, raw, "inputs").ConfigureAwait(false);
            return isBatch
                ? json => json.WriteArray(labels, static (writer, text) => writer.WriteArray(text, WriteLabel))
                : json => json.WriteArray(labels[0], WriteLabel);
        };
    }

    /// <summary><c>/rerank</c>.</summary>
    public static Func<Task<TeiAnswer>> Rerank(RequestWork work, JsonElement body)
    {
        if (CohereRerank.IsAsked(body))
            return CohereRerank.Read(work, body);
        JsonElement request = JsonBody.Object(body, "the body");
        string query = TeiLimits.Text(JsonBody.Required(request, "query"), "query", work.Request.Options);
        JsonElement texts = JsonBody.Required(request, "texts");
        if (texts.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("texts", "an array of strings", texts);
        if (texts.GetArrayLength() == 0)
            throw TeiInput.Empty("texts");
        TeiLimits.RequireCount(texts.GetArrayLength(), work.Request.Options);
        string[] candidates = [.. texts.EnumerateArray().Select((text, i) => TeiLimits.Text(text, $"texts[{i}]", work.Request.Options))];
        if (query.Length == 0 && candidates.Any(text => text.Length == 0))
            throw TeiInput.Empty("query");
        var longTexts = TeiTerms.LongTexts(request, work.Request.Options);
        bool raw = JsonBody.OptionalFlag(request, "raw_scores", nullPasses: false) ?? false;
        bool withText = JsonBody.OptionalFlag(request, "return_text", nullPasses: false) ?? false;
        return async () =>
        {
            float[] scores = await TeiScores.RanksAsync(work, query, candidates, longTexts, TeiScores.RankOptions(raw), "texts").ConfigureAwait(false);
            return json => json.WriteArray(TeiScores.BestFirst(scores), (writer, i) => WriteRank(writer, i, withText ? candidates[i] : null, scores[i]));
        };
    }

    /// <summary><c>/similarity</c>.</summary>
    public static Func<Task<TeiAnswer>> Similarity(RequestWork work, JsonElement body)
    {
        JsonElement inputs = JsonBody.Object(Field(body, "inputs"), "inputs");
        JsonElement source = JsonBody.Required(inputs, "source_sentence");
        JsonElement sentences = JsonBody.Required(inputs, "sentences");
        if (sentences.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("inputs.sentences", "an array of strings", sentences);
        if (sentences.GetArrayLength() == 0)
            throw TeiInput.Empty("inputs.sentences");
        TeiLimits.RequireCount(sentences.GetArrayLength() + 1, work.Request.Options);
        TeiInput[] texts =
        [
            new(TeiInput.TextIn(source, "inputs.source_sentence", work.Request.Options), null),
            .. sentences.EnumerateArray().Select((text, i) => new TeiInput(TeiInput.TextIn(text, $"inputs.sentences[{i}]", work.Request.Options), null)),
        ];
        JsonElement parameters = JsonBody.Field(body, "parameters") is { ValueKind: not JsonValueKind.Null } given
            ? JsonBody.Object(given, "parameters")
            : default;
        VectorTerms terms = parameters.ValueKind == JsonValueKind.Undefined
            ? new(work.Request.Options.Overlong, null, false, null)
            : TeiTerms.Vectors(parameters, work.Request.Options, normalize: null);
        return async () =>
        {
            IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(work, texts, terms, "inputs").ConfigureAwait(false);
            return json => json.WriteArray(vectors.Skip(1), (writer, vector) => writer.WriteNumberValue(TeiVectors.Cosine(vectors[0], vector)));
        };
    }

    /// <summary>The task of a path such as <c>/embed</c>; null where there is none.</summary>
    public static Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>>? Named(string path) => path switch
    {
        "/embed" => Embed,
        "/embed_all" => EmbedAll,
        "/embed_sparse" => EmbedSparse,
        "/predict" => Predict,
        "/rerank" => Rerank,
        "/similarity" => Similarity,
        "/vertex" => Vertex,
        _ => null,
    };

    /// <summary>What <c>POST /</c>, <c>/invocations</c> and an instance of <c>/vertex</c> ask of a model.</summary>
    public static Func<RequestWork, JsonElement, Func<Task<TeiAnswer>>> Of(ServedModel model) => model.Kind switch
    {
        ModelKind.Classifier => Predict,
        ModelKind.Reranker => Rerank,
        _ => model.IsSplade ? EmbedSparse : Embed,
    };

    /// <summary><c>/vertex</c>: any of the above in one request.</summary>
    public static Func<Task<TeiAnswer>> Vertex(RequestWork work, JsonElement body)
    {
        JsonElement instances = Field(body, "instances");
        if (instances.ValueKind != JsonValueKind.Array)
            throw JsonBody.WrongType("instances", "an array", instances);
        // Together they may have as many texts as any request.
        TeiLimits.RequireCount((int)Math.Min(instances.EnumerateArray().Sum(TextsIn), int.MaxValue), work.Request.Options);
        Func<Task<TeiAnswer>>[] calls = [.. instances.EnumerateArray().Select((instance, i) => Instance(work, instance, $"instances[{i}]"))];
        return async () =>
        {
            List<TeiAnswer> answers = [];
            foreach (Func<Task<TeiAnswer>> call in calls)
                answers.Add(await call().ConfigureAwait(false));
            return json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("predictions"u8);
                json.WriteArray(answers, static (writer, answer) => answer(writer));
                json.WriteEndObject();
            };
        };
    }

    private static long TextsIn(JsonElement instance)
    {
        if (instance.ValueKind != JsonValueKind.Object)
            return 1;
        JsonElement texts = instance.TryGetProperty("texts", out JsonElement ranked) ? ranked
            : instance.TryGetProperty("inputs", out JsonElement inputs) ? inputs : default;
        // An array of numbers is one text.
        return texts.ValueKind == JsonValueKind.Array && texts.GetArrayLength() > 0 && texts[0].ValueKind != JsonValueKind.Number ? texts.GetArrayLength() : 1;
    }

    private static Func<Task<TeiAnswer>> Instance(RequestWork work, JsonElement instance, string path)
    {
        JsonBody.Object(instance, path);
        if (instance.TryGetProperty("query", out _))
            return Rerank(work, instance);
        return work.Model.Kind == ModelKind.Reranker ? Predict(work, instance) : Of(work.Model)(work, instance);
    }

    private static TeiInput[] Inputs(RequestWork work, JsonElement body) =>
        TeiInput.ReadAll(Field(body, "inputs"), "inputs", work.Request.Options);

    private static JsonElement Field(JsonElement body, string name) => JsonBody.Required(JsonBody.Object(body, "the body"), name);

    /// <summary>Writes the vectors of a text's tokens.</summary>
    public static void WriteTokens(Utf8JsonWriter json, TokenEmbeddings text)
    {
        json.WriteStartArray();
        for (int token = 0; token < text.Count; token++)
            TeiVectors.Write(json, text[token]);
        json.WriteEndArray();
    }

    private static void WriteWeight(Utf8JsonWriter json, SparseWeight weight)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, weight.TokenId);
        json.WriteNumber("value"u8, weight.Weight);
        json.WriteEndObject();
    }

    private static void WriteLabel(Utf8JsonWriter json, LabelScore label)
    {
        json.WriteStartObject();
        json.WriteNumber("score"u8, label.Score);
        json.WriteString("label"u8, label.Label);
        json.WriteEndObject();
    }

    /// <summary>Writes the score of a text beside its index.</summary>
    public static void WriteRank(Utf8JsonWriter json, int index, string? text, float score)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        if (text is not null)
            json.WriteString("text"u8, text);
        json.WriteNumber("score"u8, score);
        json.WriteEndObject();
    }
}
