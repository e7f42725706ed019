using System.Runtime.ExceptionServices;

namespace AlbertNative;

/// <summary>Runs a stream of inputs through a model, as many at once as a token budget allows, results in input order.</summary>
internal static class BatchStream
{
    /// <summary>
    /// Lazily: an input is read when its result, or one in the same batch, is asked for. An input that cannot be
    /// encoded throws in its turn, after the results of those before it.
    /// </summary>
    /// <param name="inputs">The stream.</param>
    /// <param name="encode">Makes model inputs of one.</param>
    /// <param name="compute">Results of a batch, one for each of its inputs; the output is this stream's own, reused.</param>
    /// <param name="batchTokens">A batch ends with the input that reaches this many tokens.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    public static IEnumerable<TResult> Run<TInput, TOutput, TResult>(
        IEnumerable<TInput> inputs,
        Func<TInput, EncodedInput<TInput>> encode,
        Func<ModelBatch<TInput>, TOutput, IReadOnlyList<TResult>> compute,
        int batchTokens,
        CancellationToken cancellation)
        where TOutput : new()
    {
        TOutput output = new();
        List<EncodedInput<TInput>> batch = [];
        int tokens = 0;
        foreach (TInput input in inputs)
        {
            ExceptionDispatchInfo? failure = null;
            try
            {
                batch.Add(encode(input));
                tokens += batch[^1].TokenCount;
            }
            catch (ArgumentException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            if (tokens < batchTokens && failure is null)
                continue;
            foreach (TResult result in Compute())
                yield return result;
            failure?.Throw();
        }
        foreach (TResult result in Compute())
            yield return result;

        IReadOnlyList<TResult> Compute()
        {
            cancellation.ThrowIfCancellationRequested();
            if (batch.Count == 0)
                return [];
            IReadOnlyList<TResult> results = compute(new(batch), output);
            batch = [];
            tokens = 0;
            return results;
        }
    }
}
