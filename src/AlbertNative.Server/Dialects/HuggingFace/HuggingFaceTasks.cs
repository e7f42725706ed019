using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.HuggingFace;

/// <summary>The tasks of Hugging Face's inference API, in the shapes that its clients check.</summary>
internal static class HuggingFaceTasks
{
    private static readonly Dictionary<string, Func<RequestWork, JsonElement, Task<Action<Utf8JsonWriter>>>> Tasks = new(StringComparer.Ordinal)
    {
        ["fill-mask"] = FillMaskAsync,
        ["text-classification"] = ClassifyAsync,
        ["sentiment-analysis"] = ClassifyAsync,
        ["token-classification"] = TagAsync,
        ["ner"] = TagAsync,
        ["question-answering"] = AnswerAsync,
        ["feature-extraction"] = ExtractAsync,
        ["sentence-similarity"] = SimilarityAsync,
    };

    private static readonly string[] ExtractionNames =
        ["normalize", "truncate", "truncation_direction", "prompt_name", "dimensions", "encoding_format", "pooling"];

    /// <summary>What a task answers.</summary>
    /// <param name="work">The request and its model.</param>
    /// <param name="body">The body.</param>
    /// <param name="task">The task; null where the path does not say: then the body does, or else the model's own head.</param>
    /// <exception cref="RequestException">The request is malformed, or the model cannot do the task.</exception>
    public static Task<Action<Utf8JsonWriter>> AnswerAsync(RequestWork work, JsonElement body, string? task)
    {
        JsonBody.Object(body, "the body");
        task ??= TaskOf(work.Model, JsonBody.Required(body, "inputs"));
        return Tasks.TryGetValue(task, out var answer)
            ? answer(work, body)
            : throw new RequestException(
                ErrorKind.NoSuchTask, $"unsupported task; this model has: {string.Join(", ", work.Model.Tasks.Select(known => known.Name).Where(Tasks.ContainsKey))}");
    }

    private static string TaskOf(ServedModel model, JsonElement inputs)
    {
        JsonElement first = inputs.ValueKind == JsonValueKind.Array && inputs.GetArrayLength() > 0 ? inputs[0] : inputs;
        if (first.ValueKind == JsonValueKind.Object)
        {
            if (first.TryGetProperty("source_sentence", out _))
                return "sentence-similarity";
            if (first.TryGetProperty("question", out _))
                return "question-answering";
        }
        return model.Model.Config.DefaultArchitecture switch
        {
            AlbertNative.Model.ModelArchitecture.MaskedLM or AlbertNative.Model.ModelArchitecture.PreTraining => "fill-mask",
            AlbertNative.Model.ModelArchitecture.SequenceClassification => "text-classification",
            AlbertNative.Model.ModelArchitecture.TokenClassification => "token-classification",
            AlbertNative.Model.ModelArchitecture.QuestionAnswering => "question-answering",
            _ => "feature-extraction",
        };
    }

    private static async Task<Action<Utf8JsonWriter>> FillMaskAsync(RequestWork work, JsonElement body)
    {
        (string[] texts, bool isBatch) = Texts(work, body);
        JsonFields parameters = JsonFields.Of(body, "parameters");
        FillMaskOptions options = new() { TopK = parameters.Count("top_k") ?? 5, Targets = parameters.Texts("targets") };
        Overlong longTexts = LongTexts(work, parameters);
        parameters.RefuseOthers();
        IReadOnlyList<IReadOnlyList<IReadOnlyList<MaskFill>>> filled = await MaskFills.RunAsync(
            work, texts, options, longTexts, "inputs", "parameters.targets").ConfigureAwait(false);
        return json => WriteOneOrAll(json, filled, isBatch, WriteMasks);
    }

    private static async Task<Action<Utf8JsonWriter>> ClassifyAsync(RequestWork work, JsonElement body)
    {
        JsonElement inputs = JsonBody.Required(body, "inputs");
        JsonElement[] items = Items(work, inputs);
        JsonFields parameters = JsonFields.Of(body, "parameters");
        TextClassificationOptions options = new()
        {
            TopK = parameters.Count("top_k"),
            Function = parameters.Choice("function_to_apply", TaskChoices.Functions),
        };
        TextClassifier classifier = work.Model.Task<TextClassifier>(ServedModel.OptionsOf(LongTexts(work, parameters)));
        parameters.RefuseOthers();
        TeiPair[] pairs = [.. items.Select((item, i) => PairOf(work, item, $"inputs[{i}]"))];
        IReadOnlyList<IReadOnlyList<LabelScore>> labels = await TeiScores.RunAsync(
            work, pairs, classifier.Operation(options), classifier.PairOperation(options), "inputs").ConfigureAwait(false);
        return json => json.WriteArray(labels, static (writer, text) => writer.WriteArray(text, ResultJson.WriteLabel));
    }

    private static async Task<Action<Utf8JsonWriter>> TagAsync(RequestWork work, JsonElement body)
    {
        (string[] texts, bool isBatch) = Texts(work, body);
        JsonFields parameters = JsonFields.Of(body, "parameters");
        TokenClassificationOptions options = new()
        {
            Aggregation = parameters.Choice("aggregation_strategy", TaskChoices.Aggregations) ?? AggregationStrategy.Simple,
            IgnoredLabels = parameters.Texts("ignore_labels") ?? ["O"],
        };
        Overlong longTexts = LongTexts(work, parameters);
        TaskOptions task = ServedModel.OptionsOf(parameters.Count("stride", least: 0) is int stride ? Overlong.Window(stride) : longTexts);
        parameters.RefuseOthers();
        IReadOnlyList<IReadOnlyList<Entity>> entities = await work.RunAsync(
            work.Model.Task<TokenClassifier>(task).Operation(options), texts, "inputs").ConfigureAwait(false);
        return json => WriteOneOrAll(json, entities.Zip(texts), isBatch, static (writer, text) =>
        {
            TextUnits units = new(text.Second, TextUnit.CodePoint);
            writer.WriteArray(text.First, (one, entity) => one.WriteEntity(entity, units));
        });
    }

    private static async Task<Action<Utf8JsonWriter>> AnswerAsync(RequestWork work, JsonElement body)
    {
        JsonElement inputs = JsonBody.Required(body, "inputs");
        JsonElement[] items = Items(work, inputs);
        (string, string)[] questions = [.. items.Select((item, i) => QuestionOf(work, item, items.Length == 1 ? "inputs" : $"inputs[{i}]"))];
        JsonFields parameters = JsonFields.Of(body, "parameters");
        parameters.Refuse("max_question_len");
        int topK = parameters.Count("top_k") ?? 1;
        QuestionAnsweringOptions options = new()
        {
            TopK = topK,
            MaxAnswerLength = parameters.Count("max_answer_len") ?? 15,
            Stride = parameters.Count("doc_stride", least: 0),
            AllowNoAnswer = parameters.Flag("handle_impossible_answer") ?? false,
            AlignToWords = parameters.Flag("align_to_words") ?? true,
        };
        TaskOptions task = new() { MaxLength = MaxLengthOf(work, parameters.Count("max_seq_len")) };
        parameters.RefuseOthers();
        IReadOnlyList<IReadOnlyList<Answer>> answers = await work.RunAsync(
            work.Model.Task<QuestionAnswerer>(task).Operation(options), questions, "inputs").ConfigureAwait(false);
        return json => WriteOneOrAll(json, answers.Zip(questions), inputs.ValueKind == JsonValueKind.Array, (writer, one) =>
        {
            TextUnits units = new(one.Second.Item2, TextUnit.CodePoint);
            if (topK == 1 && one.First.Count == 1)
                writer.WriteAnswer(one.First[0], units);
            else
                writer.WriteArray(one.First, (list, answer) => list.WriteAnswer(answer, units));
        });
    }

    private static async Task<Action<Utf8JsonWriter>> ExtractAsync(RequestWork work, JsonElement body)
    {
        TeiInput[] inputs = TeiInput.ReadAll(JsonBody.Required(body, "inputs"), "inputs", work.Request.Options);
        bool isBatch = JsonBody.Required(body, "inputs").ValueKind == JsonValueKind.Array;
        JsonElement at = ExtractionFields(body);
        VectorTerms terms = TeiTerms.Vectors(at, work.Request.Options, normalize: true);
        if (JsonBody.OptionalText(at, "encoding_format") is not (null or "float"))
            throw new RequestException(ErrorKind.Invalid, "`encoding_format` must be float: /v1/embeddings has the others", "encoding_format");
        if (JsonBody.OptionalText(at, "pooling") is string pooling)
        {
            if (pooling != "none")
                throw new RequestException(ErrorKind.Invalid, "`pooling` must be none, or absent for the model's own", "pooling");
            IReadOnlyList<TokenEmbeddings> tokens = await TeiVectors.TokensAsync(work, inputs, terms, "inputs").ConfigureAwait(false);
            return json => WriteOneOrAll(json, tokens, isBatch, TeiTasks.WriteTokens);
        }
        IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(work, inputs, terms, "inputs").ConfigureAwait(false);
        return json => WriteOneOrAll(json, vectors, isBatch, static (writer, vector) => writer.WriteVector(vector));
    }

    // Hugging Face's clients send these fields beside the inputs, callers of the others below `parameters`.
    private static JsonElement ExtractionFields(JsonElement body)
    {
        if (JsonBody.Field(body, "parameters") is not { ValueKind: not JsonValueKind.Null } parameters)
            return body;
        JsonFields given = JsonFields.Of(body, "parameters");
        given.Ignore(ExtractionNames);
        given.RefuseOthers();
        if (!parameters.EnumerateObject().Any())
            return body;
        return ExtractionNames.FirstOrDefault(name => JsonBody.Field(body, name) is not null) is string twice
            ? throw new RequestException(ErrorKind.Invalid, $"`{twice}` stands beside `parameters`, which have other fields of its kind: put them in one place", twice)
            : parameters;
    }

    private static Overlong LongTexts(RequestWork work, JsonFields parameters) => parameters.Flag("truncation") switch
    {
        true => Overlong.Truncate,
        false => Overlong.Refuse,
        null => work.Request.Options.Overlong,
    };

    private static async Task<Action<Utf8JsonWriter>> SimilarityAsync(RequestWork work, JsonElement body)
    {
        TeiAnswer answer = await TeiTasks.Similarity(work, body)().ConfigureAwait(false);
        return json => answer(json);
    }

    /// <summary>Writes one mask's candidates as a list, several masks' as a list of lists, as the pipeline has them.</summary>
    public static void WriteMasks(Utf8JsonWriter json, IReadOnlyList<IReadOnlyList<MaskFill>> masks)
    {
        if (masks.Count == 1)
            json.WriteArray(masks[0], ResultJson.WriteFill);
        else
            json.WriteArray(masks, static (writer, mask) => writer.WriteArray(mask, ResultJson.WriteFill));
    }

    private static void WriteOneOrAll<T>(Utf8JsonWriter json, IEnumerable<T> results, bool isBatch, Action<Utf8JsonWriter, T> write)
    {
        if (isBatch)
            json.WriteArray(results, write);
        else
            write(json, results.First());
    }

    private static (string[] Texts, bool IsBatch) Texts(RequestWork work, JsonElement body)
    {
        JsonElement inputs = JsonBody.Required(body, "inputs");
        bool isBatch = inputs.ValueKind == JsonValueKind.Array;
        JsonElement[] items = Items(work, inputs);
        return ([.. items.Select((item, i) => TeiInput.TextIn(item, isBatch ? $"inputs[{i}]" : "inputs", work.Request.Options))], isBatch);
    }

    private static JsonElement[] Items(RequestWork work, JsonElement inputs)
    {
        if (inputs.ValueKind != JsonValueKind.Array)
            return [inputs];
        if (inputs.GetArrayLength() == 0)
            throw TeiInput.Empty("inputs");
        TeiLimits.RequireCount(inputs.GetArrayLength(), work.Request.Options);
        return [.. inputs.EnumerateArray()];
    }

    private static TeiPair PairOf(RequestWork work, JsonElement item, string path)
    {
        if (item.ValueKind != JsonValueKind.Object)
            return new(TeiInput.TextIn(item, path, work.Request.Options), null);
        string text = TeiInput.TextIn(JsonBody.Required(item, "text"), $"{path}.text", work.Request.Options);
        return new(text, JsonBody.Field(item, "text_pair") is { ValueKind: not JsonValueKind.Null } pair
            ? TeiLimits.Text(pair, $"{path}.text_pair", work.Request.Options)
            : null);
    }

    private static (string Question, string Context) QuestionOf(RequestWork work, JsonElement item, string path)
    {
        JsonBody.Object(item, path);
        return (
            TeiInput.TextIn(JsonBody.Required(item, "question"), $"{path}.question", work.Request.Options),
            TeiInput.TextIn(JsonBody.Required(item, "context"), $"{path}.context", work.Request.Options));
    }

    private static int? MaxLengthOf(RequestWork work, int? asked)
    {
        int most = work.Model.Model.Config.MaxPositionCount;
        return asked > most
            ? throw new RequestException(ErrorKind.Invalid, $"`parameters.max_seq_len` is {asked}, the model takes at most {most}", "parameters.max_seq_len")
            : asked;
    }
}
