using System.Text.Json;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.OpenInference;

/// <summary>Texts in, the tensors of a head out.</summary>
internal static class InferTasks
{
    /// <summary>The outputs of a request.</summary>
    /// <exception cref="RequestException">The request is malformed, or the model has no such head.</exception>
    public static async Task<IReadOnlyList<InferTensor>> RunAsync(RequestWork work, InferRequest request)
    {
        InferHead head = InferHeads.AskedOf(work.Model, request);
        InferTexts texts = InferTexts.Of(request, work.Request.Options);
        if (!InferHeads.Of(work.Model).Contains(head))
        {
            string names = string.Join(", ", InferHeads.Of(work.Model).Select(own => InferHeads.Names.First(name => name.Value == own).Key));
            throw new RequestException(ErrorKind.NoSuchTask, $"the model has no head for the task; it has {names}");
        }
        if (!InferResults.IsMlServer(request))
            InferHeads.RequireOutputs(request, InferHeads.OutputsOf(head, work.Model).Select(output => output.Name));
        InferResults results = await (head switch
        {
            InferHead.Vectors => VectorsAsync(work, request, texts),
            InferHead.Tokens => TokensAsync(work, request, texts),
            InferHead.Labels => LabelsAsync(work, request, texts),
            InferHead.Masks => MasksAsync(work, request, texts),
            InferHead.Entities => EntitiesAsync(work, request, texts),
            InferHead.Answers => AnswersAsync(work, request, texts),
            _ => OrderAsync(work, request, texts),
        }).ConfigureAwait(false);
        return results.For(request);
    }

    private static async Task<InferResults> VectorsAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        VectorTerms terms = new(
            LongTexts(work, request), request.Parameters.Text("prompt_name"), request.Parameters.Flag("normalize") ?? !work.Model.IsSplade,
            CountOf(request, "dimensions"));
        IReadOnlyList<float[]> vectors = await TeiVectors.DenseAsync(
            work, Inputs(texts.Single("embed")), terms, InferTexts.Text).ConfigureAwait(false);
        return new([Matrix("embedding", vectors, vectors[0].Length)], Objects(vectors, static (json, vector) => json.WriteVector(vector)));
    }

    private static async Task<InferResults> TokensAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        string[] single = texts.Single("embed-tokens");
        IReadOnlyList<TokenEmbeddings> tokens = await TeiVectors.TokensAsync(
            work, Inputs(single), new(LongTexts(work, request), null, false, null), InferTexts.Text).ConfigureAwait(false);
        int[] starts = new int[tokens.Count + 1];
        for (int i = 0; i < tokens.Count; i++)
            starts[i + 1] = starts[i] + tokens[i].Count;
        int[] ids = [.. tokens.SelectMany(text => text.Ids.ToArray())];
        float[][] rows = [.. tokens.SelectMany(text => Enumerable.Range(0, text.Count).Select(token => text[token].ToArray()))];
        return new(
            [
                Matrix("token_embeddings", rows, work.Model.Model.Config.HiddenSize), InferTensor.Vector("sequence_starts", starts),
                InferTensor.Vector("input_ids", ids),
            ],
            Objects(tokens, TeiTasks.WriteTokens));
    }

    private static async Task<InferResults> LabelsAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        TextClassifier classifier = work.Model.Task<TextClassifier>(ServedModel.OptionsOf(LongTexts(work, request)));
        TextClassificationOptions options = new() { Function = request.Parameters.Choice("function_to_apply", TaskChoices.Functions) };
        TeiPair[] pairs = [.. texts.First.Select((text, i) => new TeiPair(text, texts.Second?[i]))];
        IReadOnlyList<IReadOnlyList<LabelScore>> labels = await TeiScores.RunAsync(
            work, pairs, classifier.Operation(options), classifier.PairOperation(options), InferTexts.Text).ConfigureAwait(false);
        float[][] scores = [.. labels.Select(text => InOrder(text, classifier.Config.Labels))];
        return new(
            [Matrix("scores", scores, classifier.Config.LabelCount), InferTensor.Vector("label", labels.Select(text => text[0].Label).ToArray())],
            Objects(labels, static (json, text) => json.WriteLabel(text[0])));
    }

    private static async Task<InferResults> MasksAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        FillMaskOptions options = new() { TopK = CountOf(request, "top_k") ?? 5 };
        IReadOnlyList<IReadOnlyList<IReadOnlyList<MaskFill>>> filled = await MaskFills.RunAsync(
            work, texts.Single("fill-mask"), options, LongTexts(work, request), InferTexts.Text, "parameters.targets").ConfigureAwait(false);
        (int Text, IReadOnlyList<MaskFill> Fills)[] masks = [.. filled.SelectMany((text, i) => text.Select(fills => (i, fills)))];
        MaskFill[] all = [.. masks.SelectMany(mask => mask.Fills)];
        long[] shape = [masks.Length, masks.Length == 0 ? 0 : all.Length / masks.Length];
        return new(
            [
                new("token_ids", shape, all.Select(fill => fill.TokenId).ToArray()), new("scores", shape, all.Select(fill => fill.Score).ToArray()),
                new("token_str", shape, all.Select(fill => fill.Text).ToArray()),
                InferTensor.Vector("text_index", masks.Select(mask => mask.Text).ToArray()),
            ],
            Objects(filled, HuggingFace.HuggingFaceTasks.WriteMasks));
    }

    private static async Task<InferResults> EntitiesAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        TokenClassificationOptions options = new()
        {
            Aggregation = request.Parameters.Choice("aggregation_strategy", TaskChoices.Aggregations) ?? AggregationStrategy.Simple,
        };
        string[] single = texts.Single("tag");
        IReadOnlyList<IReadOnlyList<Entity>> tagged = await work.RunAsync(
            work.Model.Task<TokenClassifier>(ServedModel.OptionsOf(LongTexts(work, request))).Operation(options), single, InferTexts.Text).ConfigureAwait(false);
        Entity[] entities = [.. tagged.SelectMany(text => text)];
        (int[] starts, int[] ends) = Offsets(tagged.Zip(single, (found, text) => (text, found.Select(entity => entity.Span))));
        return new(
            [
                InferTensor.Vector("entity_group", entities.Select(entity => entity.Label).ToArray()),
                InferTensor.Vector("word", entities.Select(entity => entity.Word).ToArray()),
                InferTensor.Vector("score", entities.Select(entity => entity.Score).ToArray()),
                InferTensor.Vector("start", starts), InferTensor.Vector("end", ends), TextIndex(tagged),
            ],
            Objects(tagged.Zip(single), static (json, text) =>
            {
                TextUnits units = new(text.Second, TextUnit.CodePoint);
                json.WriteArray(text.First, (writer, entity) => writer.WriteEntity(entity, units));
            }));
    }

    private static async Task<InferResults> AnswersAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        int most = CountOf(request, "top_k") ?? 1;
        (string Question, string Context)[] questions = texts.Pairs("answer");
        IReadOnlyList<IReadOnlyList<Answer>> found = await work.RunAsync(
            work.Model.Task<QuestionAnswerer>(TaskOptions.Default).Operation(new QuestionAnsweringOptions { TopK = most }), questions, InferTexts.Text).ConfigureAwait(false);
        Answer[] answers = [.. found.SelectMany(question => question)];
        (int[] starts, int[] ends) = Offsets(found.Zip(questions, (list, question) => (question.Context, list.Select(answer => answer.Span))));
        return new(
            [
                InferTensor.Vector("answer", answers.Select(answer => answer.Text).ToArray()),
                InferTensor.Vector("score", answers.Select(answer => answer.Score).ToArray()),
                InferTensor.Vector("start", starts), InferTensor.Vector("end", ends), TextIndex(found),
            ],
            Objects(found.Zip(questions), (json, question) =>
            {
                TextUnits units = new(question.Second.Context, TextUnit.CodePoint);
                if (most == 1 && question.First.Count == 1)
                    json.WriteAnswer(question.First[0], units);
                else
                    json.WriteArray(question.First, (writer, answer) => writer.WriteAnswer(answer, units));
            }));
    }

    private static async Task<InferResults> OrderAsync(RequestWork work, InferRequest request, InferTexts texts)
    {
        SentenceOrderPredictor predictor = work.Model.Task<SentenceOrderPredictor>(ServedModel.OptionsOf(LongTexts(work, request)));
        IReadOnlyList<SentenceOrder> orders = await work.RunAsync(predictor.Operation(), texts.Pairs("order"), InferTexts.Text).ConfigureAwait(false);
        float[][] scores = [.. orders.Select(order => new[] { order.InOrder, order.Swapped })];
        return new([Matrix("scores", scores, 2)], Objects(scores, static (json, row) => json.WriteVector(row)));
    }

    private static Overlong LongTexts(RequestWork work, InferRequest request) => request.Parameters.Flag("truncate") switch
    {
        true => Overlong.Truncate,
        false => Overlong.Refuse,
        null => work.Request.Options.Overlong,
    };

    private static int? CountOf(InferRequest request, string name) =>
        request.Parameters.Count(name) is long count ? (int)Math.Min(count, int.MaxValue) : null;

    private static TeiInput[] Inputs(string[] texts) => Array.ConvertAll(texts, text => new TeiInput(text, null));

    private static IReadOnlyList<Action<Utf8JsonWriter>> Objects<T>(IEnumerable<T> results, Action<Utf8JsonWriter, T> write) =>
        [.. results.Select(result => new Action<Utf8JsonWriter>(json => write(json, result)))];

    private static InferTensor Matrix(string name, IReadOnlyList<float[]> rows, int columns) =>
        new(name, [rows.Count, columns], rows.SelectMany(row => row).ToArray());

    private static InferTensor TextIndex<T>(IReadOnlyList<IReadOnlyList<T>> results) => InferTensor.Vector(
        "text_index", results.SelectMany((list, i) => Enumerable.Repeat(i, list.Count)).ToArray());

    private static float[] InOrder(IReadOnlyList<LabelScore> scores, IReadOnlyList<string> labels)
    {
        float[] ordered = new float[labels.Count];
        if (labels.Distinct().Count() < labels.Count)
            throw new RequestException(ErrorKind.NoSuchTask, "two labels of the model have the same name: their scores cannot be told apart");
        Dictionary<string, float> byLabel = scores.ToDictionary(label => label.Label, label => label.Score);
        for (int label = 0; label < ordered.Length; label++)
            ordered[label] = byLabel[labels[label]];
        return ordered;
    }

    private static (int[] Starts, int[] Ends) Offsets(IEnumerable<(string Text, IEnumerable<Tokenization.TextSpan> Spans)> found)
    {
        List<int> starts = [], ends = [];
        foreach ((string text, IEnumerable<Tokenization.TextSpan> spans) in found)
        {
            TextUnits units = new(text, TextUnit.CodePoint);
            foreach (Tokenization.TextSpan span in spans)
            {
                starts.Add(units[span.Start]);
                ends.Add(units[span.End]);
            }
        }
        return ([.. starts], [.. ends]);
    }
}
