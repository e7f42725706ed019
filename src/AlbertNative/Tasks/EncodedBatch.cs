using System.Runtime.ExceptionServices;

namespace AlbertNative;

/// <summary>Inputs of a stream that go through a model together, and the input behind them that could not be encoded.</summary>
internal sealed class EncodedBatch<TInput>
{
    private readonly List<EncodedInput<TInput>> _inputs = [];
    private ExceptionDispatchInfo? _failure;
    private int _tokens;

    public IReadOnlyList<EncodedInput<TInput>> Inputs => _inputs;

    /// <summary>
    /// Cuts a stream into batches, lazily: an input is read when its result, or one in the same batch, is asked for. A
    /// batch ends with the input that reaches <paramref name="batchTokens"/>, or before one that cannot be encoded, which
    /// throws in its turn.
    /// </summary>
    public static IEnumerable<EncodedBatch<TInput>> Of(
        IEnumerable<TInput> inputs, Func<TInput, EncodedInput<TInput>> encode, int batchTokens)
    {
        EncodedBatch<TInput> batch = new();
        foreach (TInput input in inputs)
        {
            batch.Add(input, encode);
            if (batch._tokens < batchTokens && batch._failure is null)
                continue;
            yield return batch;
            batch = new EncodedBatch<TInput>();
        }
        yield return batch;
    }

    /// <summary>Throws what was wrong with the input behind the batch.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    private void Add(TInput input, Func<TInput, EncodedInput<TInput>> encode)
    {
        try
        {
            EncodedInput<TInput> encoded = encode(input);
            _inputs.Add(encoded);
            _tokens += encoded.TokenCount;
        }
        catch (ArgumentException e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
