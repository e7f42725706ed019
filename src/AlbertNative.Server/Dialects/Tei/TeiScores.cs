using System.Text.Json;
using AlbertNative.Server.Configuration;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>One or two texts to be labelled together.</summary>
internal readonly record struct TeiPair(string First, string? Second);

/// <summary>Labels and ranks.</summary>
internal static class TeiScores
{
    /// <summary>
    /// Reads a string, one or two strings (which are one text or one pair, never two texts), or an array of these arrays.
    /// </summary>
    /// <returns>The texts, and whether they were an array of arrays.</returns>
    /// <exception cref="RequestException">It is something else, or empty, or there are too many.</exception>
    public static (TeiPair[] Pairs, bool IsBatch) Read(JsonElement element, string field, ServerOptions options)
    {
        if (element.ValueKind == JsonValueKind.String)
            return ([new(TeiInput.TextIn(element, field, options), null)], false);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0)
            throw JsonBody.WrongType(field, "a string, one or two strings, or an array of such arrays", element);
        if (element[0].ValueKind != JsonValueKind.Array)
            return ([Pair(element, field, options)], false);

        TeiLimits.RequireCount(element.GetArrayLength(), options);
        return ([.. element.EnumerateArray().Select((item, i) => Pair(item, $"{field}[{i}]", options))], true);
    }

    /// <summary>The labels of each text or pair, best first; of equal scores the later label first.</summary>
    /// <exception cref="RequestException">The model has none.</exception>
    public static async Task<IReadOnlyList<LabelScore[]>> LabelsAsync(
        RequestWork work, TeiPair[] pairs, Overlong longTexts, bool raw, string field)
    {
        if (work.Model.Kind == ModelKind.Embedding)
            throw new RequestException(ErrorKind.NoSuchTask, "the model is no classifier model");
        TextClassifier classifier = work.Model.Classifier(longTexts);
        TextClassificationOptions options = new() { Function = FunctionOf(work, raw) };
        IReadOnlyList<IReadOnlyList<LabelScore>> labels = await RunAsync(
            work, pairs, classifier.Operation(options), classifier.PairOperation(options), field).ConfigureAwait(false);
        string[] order = [.. classifier.Config.Labels];
        return [.. labels.Select(scores => LaterFirst(scores, order))];
    }

    /// <summary>The score of each text beside a query.</summary>
    /// <exception cref="RequestException">The model does not rank.</exception>
    /// <param name="work">The request and its model.</param>
    /// <param name="query">The query.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="longTexts">What happens to pairs that are too long; they are not read in windows.</param>
    /// <param name="options">What makes a score of the logit, and what is cut.</param>
    /// <param name="field">What the request calls the texts.</param>
    public static async Task<float[]> RanksAsync(
        RequestWork work, string query, string[] texts, Overlong longTexts, RerankOptions options, string field)
    {
        if (work.Model.Kind != ModelKind.Reranker)
            throw new RequestException(ErrorKind.NoSuchTask, "the model is no re-ranker model");
        Reranker reranker = work.Model.Task<Reranker>(
            ServedModel.OptionsOf(longTexts.Action == OverlongAction.Window ? Overlong.Refuse : longTexts));
        work.Request.Timings.Characters += texts.Sum(text => TextUnits.CodePoints(query) + TextUnits.CodePoints(text));
        return [.. await work.RunAsync(
            reranker.Operation(options), [.. texts.Select(text => (query, text))], field).ConfigureAwait(false)];
    }

    /// <summary>What makes a score of a ranking's logit, as text-embeddings-inference has it whatever the model's files say.</summary>
    public static RerankOptions RankOptions(bool raw) => new() { Function = raw ? ScoreFunction.None : ScoreFunction.Sigmoid };

    /// <summary>The indices of scores, best first; of equal ones the later first.</summary>
    public static int[] BestFirst(float[] scores) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ThenByDescending(i => i)];

    private static LabelScore[] LaterFirst(IReadOnlyList<LabelScore> scores, string[] order) =>
        [.. scores.OrderByDescending(label => label.Score).ThenByDescending(label => Array.IndexOf(order, label.Label))];

    private static ScoreFunction? FunctionOf(RequestWork work, bool raw)
    {
        if (raw)
            return ScoreFunction.None;
        bool isMultiLabel = work.Model.Model.Config.ProblemType == Model.ProblemType.MultiLabelClassification;
        return work.Model.Kind == ModelKind.Reranker || (isMultiLabel && !work.Request.Options.TeiSoftmax)
            ? ScoreFunction.Sigmoid
            : ScoreFunction.Softmax;
    }

    private static TeiPair Pair(JsonElement element, string path, ServerOptions options)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is not (1 or 2))
            throw JsonBody.WrongType(path, "an array of one or two strings", element);
        string first = TeiLimits.Text(element[0], $"{path}[0]", options);
        string? second = element.GetArrayLength() == 2 ? TeiLimits.Text(element[1], $"{path}[1]", options) : null;
        return first.Length > 0 || second?.Length > 0 ? new(first, second) : throw TeiInput.Empty(path);
    }

    /// <summary>The labels of texts and of pairs, each kind by its own operation.</summary>
    /// <exception cref="RequestException">One cannot be taken.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<LabelScore>>> RunAsync(
        RequestWork work, TeiPair[] pairs, TaskOperation<string, IReadOnlyList<LabelScore>> ofTexts,
        TaskOperation<(string, string), IReadOnlyList<LabelScore>> ofPairs, string field)
    {
        work.Request.Timings.Characters += pairs.Sum(pair => TextUnits.CodePoints(pair.First) + TextUnits.CodePoints(pair.Second ?? ""));
        int[] single = [.. Enumerable.Range(0, pairs.Length).Where(i => pairs[i].Second is null)];
        int[] paired = [.. Enumerable.Range(0, pairs.Length).Where(i => pairs[i].Second is not null)];
        IReadOnlyList<IReadOnlyList<LabelScore>> first = await work.RunAsync(
            ofTexts, [.. single.Select(i => pairs[i].First)], field, tokens => tokens, pairs.Length > 1 ? single : null).ConfigureAwait(false);
        IReadOnlyList<IReadOnlyList<LabelScore>> second = await work.RunAsync(
            ofPairs, [.. paired.Select(i => (pairs[i].First, pairs[i].Second!))], field, tokens => tokens, pairs.Length > 1 ? paired : null).ConfigureAwait(false);
        IReadOnlyList<LabelScore>[] merged = new IReadOnlyList<LabelScore>[pairs.Length];
        for (int i = 0; i < single.Length; i++)
            merged[single[i]] = first[i];
        for (int i = 0; i < paired.Length; i++)
            merged[paired[i]] = second[i];
        return merged;
    }
}
