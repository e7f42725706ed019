using System.Numerics.Tensors;
using System.Text.Json;
using AlbertNative.Server.Inference;
using AlbertNative.Server.Models;
using AlbertNative.Server.Requests;

namespace AlbertNative.Server.Dialects.Tei;

/// <summary>How a request wants its vectors.</summary>
/// <param name="LongTexts">What happens to texts that are too long.</param>
/// <param name="PromptName">The prompt before each; null for the default one.</param>
/// <param name="Normalize">Whether they have length 1.</param>
/// <param name="Dimensions">How many of their numbers; null for all.</param>
/// <param name="MaxLength">The most tokens of a text; null for what the model takes.</param>
internal readonly record struct VectorTerms(Overlong LongTexts, string? PromptName, bool Normalize, int? Dimensions, int? MaxLength = null);

/// <summary>Vectors of texts and of ids, dense, sparse, or a token at a time.</summary>
internal static class TeiVectors
{
    /// <summary>About the characters of a number in an answer.</summary>
    public const int NumberBytes = 12;

    /// <summary>Refuses models that make no vectors.</summary>
    /// <exception cref="RequestException">It is one.</exception>
    public static void RequireEmbedding(RequestWork work)
    {
        if (work.Model.Kind != ModelKind.Embedding)
            throw new RequestException(ErrorKind.NoSuchTask, "the model is no embedding model");
    }

    /// <summary>A vector for each input.</summary>
    /// <exception cref="RequestException">The model makes none, or not these.</exception>
    public static async Task<IReadOnlyList<float[]>> DenseAsync(RequestWork work, TeiInput[] inputs, VectorTerms terms, string field)
    {
        RequireEmbedding(work);
        if (work.Model.IsSplade)
            return await DenseOfSparseAsync(work, inputs, terms, field).ConfigureAwait(false);

        TextEmbedder embedder = work.Model.Embedder(terms.LongTexts, terms.MaxLength);
        RequireDimensions(terms.Dimensions, embedder.Dimension);
        EmbeddingRequest request = new() { Prompt = PromptOf(work.Model, terms.PromptName), Normalize = terms.Normalize, Dimensions = terms.Dimensions };
        long bytes = (long)inputs.Length * (terms.Dimensions ?? embedder.Dimension) * NumberBytes;
        RefusePromptOfIds(inputs, terms.PromptName, field);
        return await MergeAsync(
            work, inputs, field, embedder.Operation(request), () => embedder.IdOperation(request with { Prompt = null }), _ => bytes).ConfigureAwait(false);
    }

    /// <summary>A vector for each token of each input.</summary>
    /// <exception cref="RequestException">The model makes none.</exception>
    public static async Task<IReadOnlyList<TokenEmbeddings>> TokensAsync(RequestWork work, TeiInput[] inputs, VectorTerms terms, string field)
    {
        RequireEmbedding(work);
        if (work.Model.IsSplade)
            throw new RequestException(ErrorKind.NoSuchTask, "`embed_all` is not available for SPLADE models");
        TextEmbedder embedder = work.Model.Embedder(terms.LongTexts);
        string prompt = PromptOf(work.Model, terms.PromptName);
        RefusePromptOfIds(inputs, terms.PromptName, field);
        if (prompt.Length > 0)
            inputs = Array.ConvertAll(inputs, input => input.Text is string text ? input with { Text = prompt + text } : input);
        long tokenBytes = (long)work.Model.Model.Config.HiddenSize * NumberBytes;
        return await MergeAsync(
            work, inputs, field, embedder.TokenOperation(), embedder.TokenIdOperation, tokens => tokens * tokenBytes).ConfigureAwait(false);
    }

    /// <summary>The entries above 0 for each input.</summary>
    /// <exception cref="RequestException">The model makes none.</exception>
    public static async Task<IReadOnlyList<IReadOnlyList<SparseWeight>>> SparseAsync(
        RequestWork work, TeiInput[] inputs, Overlong longTexts, string field)
    {
        if (!work.Model.IsSplade)
            throw new RequestException(ErrorKind.NoSuchTask, "the model is no embedding model with SPLADE pooling");
        SparseEmbedder embedder = work.Model.SparseEmbedder(longTexts);
        long bytes = (long)inputs.Length * embedder.Dimension;
        return await MergeAsync(work, inputs, field, embedder.Operation(), embedder.IdOperation, _ => bytes).ConfigureAwait(false);
    }

    /// <summary>The cosine of two vectors, at most 1; 0 where one is nothing but zeros.</summary>
    public static float Cosine(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        double dot = 0, firstSquares = 0, secondSquares = 0;
        for (int i = 0; i < first.Length; i++)
        {
            dot += (double)first[i] * second[i];
            firstSquares += (double)first[i] * first[i];
            secondSquares += (double)second[i] * second[i];
        }
        return firstSquares == 0 || secondSquares == 0 ? 0 : (float)Math.Clamp(dot / Math.Sqrt(firstSquares * secondSquares), -1, 1);
    }

    /// <summary>Writes a vector.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        RequireFinite(vector);
        json.WriteStartArray();
        foreach (float number in vector)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    /// <summary>Refuses to send what is no number, which JSON cannot say.</summary>
    /// <exception cref="NotFiniteNumberException">There is one.</exception>
    public static void RequireFinite(ReadOnlySpan<float> vector)
    {
        if (!TensorPrimitives.IsFiniteAll(vector))
            throw new NotFiniteNumberException("the model's output is not finite");
    }

    private static async Task<IReadOnlyList<float[]>> DenseOfSparseAsync(RequestWork work, TeiInput[] inputs, VectorTerms terms, string field)
    {
        if (terms.Normalize)
            throw new RequestException(ErrorKind.NoSuchTask, "`normalize` is not available for SPLADE models");
        int dimension = work.Model.Model.Config.VocabularySize;
        RequireDimensions(terms.Dimensions, dimension);
        if (terms.PromptName is not null)
            throw UnknownPrompt();
        if (terms.MaxLength is not null)
            throw new RequestException(ErrorKind.NoSuchTask, "texts of SPLADE models are not cut to a length of the request's");
        IReadOnlyList<IReadOnlyList<SparseWeight>> sparse = await SparseAsync(work, inputs, terms.LongTexts, field).ConfigureAwait(false);
        return [.. sparse.Select(weights => Dense(weights, terms.Dimensions ?? dimension))];
    }

    private static float[] Dense(IReadOnlyList<SparseWeight> weights, int dimension)
    {
        float[] vector = new float[dimension];
        foreach (SparseWeight weight in weights.Where(weight => weight.TokenId < dimension))
            vector[weight.TokenId] = weight.Weight;
        return vector;
    }

    /// <summary>The text of the prompt that is asked for, or of the default one; empty where there is none.</summary>
    /// <exception cref="RequestException">The model has no such prompt.</exception>
    public static string PromptOf(ServedModel model, string? asked)
    {
        if (asked is null)
            return model.DefaultPrompt;
        bool hasPrompts = model.Kind == ModelKind.Embedding && !model.IsSplade;
        return hasPrompts && model.Embedder(Overlong.Refuse).Prompts.ContainsKey(asked) ? model.PromptText(asked) : throw UnknownPrompt();
    }

    /// <summary>What is said of a prompt that the model has not.</summary>
    public static RequestException UnknownPrompt() =>
        new(ErrorKind.Invalid, "`prompt_name` is none of the model's prompts", "prompt_name");

    private static void RefusePromptOfIds(TeiInput[] inputs, string? promptName, string field)
    {
        if (promptName is not null && inputs.Any(input => input.Ids is not null))
            throw new RequestException(ErrorKind.Invalid, $"`{field}` has token ids, which are used as they are: `prompt_name` cannot be put before them", "prompt_name");
    }

    private static void RequireDimensions(int? dimensions, int most)
    {
        if (dimensions is int asked && (asked < 1 || asked > most))
            throw new RequestException(ErrorKind.Invalid, $"`dimensions` is {asked}, the model's vectors have {most}: from 1 to {most} can be asked for", "dimensions");
    }

    /// <summary>Computes texts and ids, each kind by its own operation, and puts the results in the inputs' order.</summary>
    private static async Task<IReadOnlyList<TResult>> MergeAsync<TResult>(
        RequestWork work, TeiInput[] inputs, string field, TaskOperation<string, TResult> ofTexts,
        Func<TaskOperation<IReadOnlyList<int>, TResult>> ofIds, Func<long, long> answerBytes)
    {
        work.Request.Timings.Characters += inputs.Sum(input => input.Text is string text ? TextUnits.CodePoints(text) : input.Ids!.Length);
        if (inputs.All(input => input.Text is not null))
            return await work.RunAsync(ofTexts, [.. inputs.Select(input => input.Text!)], field, answerBytes).ConfigureAwait(false);

        RequireKnownIds(inputs, work.Model.Model.Tokenizer.VocabularySize, field);
        int[] texts = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Text is not null)];
        int[] ids = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Ids is not null)];
        IReadOnlyList<TResult> first = await work.RunAsync(
            ofTexts, [.. texts.Select(i => inputs[i].Text!)], field, answerBytes, texts).ConfigureAwait(false);
        IReadOnlyList<TResult> second = await work.RunAsync(
            ofIds(), [.. ids.Select(i => (IReadOnlyList<int>)inputs[i].Ids!)], field, answerBytes, ids).ConfigureAwait(false);
        TResult[] merged = new TResult[inputs.Length];
        for (int i = 0; i < texts.Length; i++)
            merged[texts[i]] = first[i];
        for (int i = 0; i < ids.Length; i++)
            merged[ids[i]] = second[i];
        return merged;
    }

    private static void RequireKnownIds(TeiInput[] inputs, int vocabulary, string field)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Ids is int[] ids && Array.FindIndex(ids, id => id >= vocabulary) is int at and >= 0)
            {
                throw new RequestException(
                    ErrorKind.Invalid, $"`{field}[{i}]`: token {at} has the id {ids[at]}, the vocabulary has ids from 0 to {vocabulary - 1}", field);
            }
        }
    }
}
