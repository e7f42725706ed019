using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;
using AlbertNative.Tokenization;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>Reads a task's options and inputs; what comes back computes them.</summary>
internal delegate Func<Task<IReadOnlyList<NativeResult>>> NativeTask(RequestWork work, NativeInputs inputs, JsonFields options);

/// <summary>The native tasks by their names: the command's own verbs.</summary>
internal static class NativeTasks
{
    public static IReadOnlyDictionary<string, NativeTask> All { get; } = new Dictionary<string, NativeTask>
    {
        ["embed"] = Embed,
        ["embed-tokens"] = EmbedTokens,
        ["embed-words"] = EmbedWords,
        ["fill-mask"] = FillMask,
        ["classify"] = Classify,
        ["tag"] = Tag,
        ["answer"] = Answer,
        ["choose"] = Choose,
        ["order"] = Order,
        ["rerank"] = Rerank,
        ["tokenize"] = Tokenize,
        ["decode"] = Decode,
    };

    private static Func<Task<IReadOnlyList<NativeResult>>> Embed(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        TeiInput[] texts = Array.ConvertAll(inputs.Texts(), text => new TeiInput(text, null));
        VectorTerms terms = new(
            LongTextsOf(work, options), options.Text("prompt_name"), options.Flag("normalize") ?? true, options.Count("dimensions"));
        return async () => Each(
            await TeiVectors.DenseAsync(work, texts, terms, "inputs").ConfigureAwait(false),
            static (json, vector) => WriteVector(json, "embedding", vector));
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> EmbedTokens(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        string[] texts = inputs.Texts();
        VectorTerms terms = new(LongTextsOf(work, options), null, false, null);
        return async () =>
        {
            IReadOnlyList<TokenEmbeddings> tokens = await TeiVectors.TokensAsync(
                work, Array.ConvertAll(texts, text => new TeiInput(text, null)), terms, "inputs").ConfigureAwait(false);
            return Each(tokens.Zip(texts), (json, text) => WriteTokens(json, text.First, new TextUnits(text.Second, inputs.Unit)));
        };
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> EmbedWords(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        IReadOnlyList<string>[] words = inputs.Words();
        TextEmbedder embedder = work.Model.Task<TextEmbedder>(TaskOptionsOf(work, options));
        long hidden = work.Model.Model.Config.HiddenSize;
        return async () => Each(
            await work.RunAsync(embedder.WordOperation(), words, "inputs", tokens => tokens * hidden * TeiVectors.NumberBytes).ConfigureAwait(false),
            static (json, text) => WriteWords(json, text));
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> FillMask(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        string[] texts = inputs.Texts();
        FillMaskOptions fill = new() { TopK = options.Count("top_k") ?? 5, Targets = options.Texts("targets") };
        Overlong longTexts = LongTextsOf(work, options);
        return async () => Each(await MaskFills.RunAsync(work, texts, fill, longTexts, "inputs", "options.targets").ConfigureAwait(false), static (json, masks) =>
        {
            json.WritePropertyName("masks"u8);
            json.WriteArray(masks, static (writer, mask) => writer.WriteArray(mask, ResultJson.WriteFill));
        });
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Classify(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        TeiPair[] pairs = inputs.TextsOrPairs();
        TextClassificationOptions scoring = new() { TopK = options.Count("top_k"), Function = options.Choice("function", TaskChoices.Functions) };
        TextClassifier classifier = work.Model.Task<TextClassifier>(TaskOptionsOf(work, options));
        return async () => Each(
            await TeiScores.RunAsync(work, pairs, classifier.Operation(scoring), classifier.PairOperation(scoring), "inputs").ConfigureAwait(false),
            static (json, labels) =>
            {
                json.WritePropertyName("labels"u8);
                json.WriteArray(labels, ResultJson.WriteLabel);
            });
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Tag(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        string[] texts = inputs.Texts();
        TokenClassificationOptions tagging = new()
        {
            Aggregation = options.Choice("aggregation", TaskChoices.Aggregations) ?? AggregationStrategy.Simple,
            IgnoredLabels = options.Texts("ignored_labels") ?? ["O"],
        };
        TokenClassifier tagger = work.Model.Task<TokenClassifier>(TaskOptionsOf(work, options));
        return async () =>
        {
            IReadOnlyList<IReadOnlyList<Entity>> entities = await work.RunAsync(tagger.Operation(tagging), texts, "inputs").ConfigureAwait(false);
            return Each(entities.Zip(texts), (json, text) =>
            {
                TextUnits units = new(text.Second, inputs.Unit);
                json.WritePropertyName("entities"u8);
                json.WriteArray(text.First, (writer, entity) => writer.WriteEntity(entity, units));
            });
        };
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Answer(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        (string Question, string Context)[] questions = inputs.Pairs("question", "context");
        QuestionAnsweringOptions answering = new()
        {
            TopK = options.Count("top_k") ?? 1,
            MaxAnswerLength = options.Count("max_answer_length") ?? 15,
            Stride = options.Count("stride", least: 0),
            AllowNoAnswer = options.Flag("allow_no_answer") ?? false,
            AlignToWords = options.Flag("align_to_words") ?? true,
        };
        QuestionAnswerer answerer = work.Model.Task<QuestionAnswerer>(TaskOptions.Default);
        return async () =>
        {
            IReadOnlyList<IReadOnlyList<Answer>> answers = await work.RunAsync(answerer.Operation(answering), questions, "inputs").ConfigureAwait(false);
            return Each(answers.Zip(questions), (json, one) =>
            {
                TextUnits units = new(one.Second.Context, inputs.Unit);
                json.WritePropertyName("answers"u8);
                json.WriteArray(one.First, (writer, answer) => writer.WriteAnswer(answer, units));
            });
        };
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Choose(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        (string, IReadOnlyList<string>)[] questions = inputs.TextsWithSeveral("prompt", "choices");
        MultipleChoiceSelector selector = work.Model.Task<MultipleChoiceSelector>(TaskOptionsOf(work, options));
        return async () => Each(await work.RunAsync(selector.Operation(), questions, "inputs").ConfigureAwait(false), static (json, scores) =>
        {
            json.WriteNumber("best"u8, scores.Best);
            WriteVector(json, "probabilities", [.. scores.Probabilities]);
        });
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Order(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        (string, string)[] pairs = inputs.Pairs("text", "pair");
        SentenceOrderPredictor predictor = work.Model.Task<SentenceOrderPredictor>(TaskOptionsOf(work, options));
        return async () => Each(await work.RunAsync(predictor.Operation(), pairs, "inputs").ConfigureAwait(false), static (json, order) =>
        {
            json.WriteBoolean("in_order"u8, order.IsInOrder);
            WriteVector(json, "probabilities", [order.InOrder, order.Swapped]);
        });
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Rerank(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        (string Query, IReadOnlyList<string> Texts)[] queries = inputs.TextsWithSeveral("query", "texts");
        Overlong longTexts = LongTextsOf(work, options);
        RerankOptions ranking = new() { Function = options.Flag("raw_scores") == true ? ScoreFunction.None : null };
        return async () =>
        {
            List<NativeResult> results = [];
            foreach ((string query, IReadOnlyList<string> texts) in queries)
            {
                float[] scores = await TeiScores.RanksAsync(work, query, [.. texts], longTexts, ranking, "inputs").ConfigureAwait(false);
                results.Add(json =>
                {
                    json.WritePropertyName("ranking"u8);
                    json.WriteArray(TeiScores.BestFirst(scores), (writer, i) => TeiTasks.WriteRank(writer, i, texts[i], scores[i]));
                });
            }
            return results;
        };
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Tokenize(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        string[] texts = inputs.Texts();
        bool special = options.Flag("add_special_tokens") ?? true;
        return async () => Each((await work.TokenizeAsync(texts, special).ConfigureAwait(false)).Zip(texts), (json, text) =>
        {
            Encoding encoding = text.First;
            TextUnits units = new(text.Second, inputs.Unit);
            json.WriteStartArray("ids"u8);
            foreach (int id in encoding.Ids)
                json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WritePropertyName("tokens"u8);
            json.WriteArray(encoding.Tokens, static (writer, token) => writer.WriteStringValue(token));
            WriteOffsets(json, encoding.Spans, units);
        });
    }

    private static Func<Task<IReadOnlyList<NativeResult>>> Decode(RequestWork work, NativeInputs inputs, JsonFields options)
    {
        int[][] ids = inputs.Ids();
        bool skip = options.Flag("skip_special_tokens") ?? true;
        int known = work.Model.Model.Tokenizer.VocabularySize;
        for (int i = 0; i < ids.Length; i++)
        {
            if (Array.Exists(ids[i], id => id >= known))
                throw new RequestException(ErrorKind.Invalid, $"`inputs[{i}].ids` has ids from {known} on, the vocabulary ends before", "inputs");
        }
        return async () => Each(await work.DecodeAsync(ids, skip).ConfigureAwait(false), static (json, text) => json.WriteString("text"u8, text));
    }

    private static IReadOnlyList<NativeResult> Each<T>(IEnumerable<T> results, Action<Utf8JsonWriter, T> write) =>
        [.. results.Select(result => new NativeResult(json => write(json, result)))];

    private static Overlong LongTextsOf(RequestWork work, JsonFields options) =>
        options.Choice("overlong", Settings.LongTextNames) ?? work.Request.Options.Overlong;

    private static TaskOptions TaskOptionsOf(RequestWork work, JsonFields options) => ServedModel.OptionsOf(LongTextsOf(work, options));

    private static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WritePropertyName(name);
        json.WriteVector(vector);
    }

    private static void WriteTokens(Utf8JsonWriter json, TokenEmbeddings text, TextUnits units)
    {
        json.WritePropertyName("tokens"u8);
        json.WriteArray(text.Tokens, static (writer, token) => writer.WriteStringValue(token));
        WriteOffsets(json, text.Spans, units);
        json.WritePropertyName("embeddings"u8);
        TeiTasks.WriteTokens(json, text);
    }

    private static void WriteWords(Utf8JsonWriter json, TokenEmbeddings text)
    {
        json.WriteStartArray("embeddings"u8);
        for (int word = 0; word < text.Count; word++)
        {
            if (text[word].IsEmpty)
                json.WriteNullValue();
            else
                json.WriteVector(text[word]);
        }
        json.WriteEndArray();
    }

    private static void WriteOffsets(Utf8JsonWriter json, ReadOnlySpan<TextSpan> spans, TextUnits units)
    {
        json.WriteStartArray("offsets"u8);
        foreach (TextSpan span in spans)
        {
            json.WriteStartArray();
            json.WriteNumberValue(units[span.Start]);
            json.WriteNumberValue(units[span.End]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}
