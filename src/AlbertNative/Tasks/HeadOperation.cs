using System.Runtime.CompilerServices;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>An operation over one head.</summary>
/// <param name="task">The task that it is part of.</param>
internal sealed class HeadOperation<TInput, TOutput, TResult>(TextTask task) : TaskOperation<TInput, TResult>(task)
    where TOutput : ModelOutput, new()
{
    /// <summary>Memory of outputs, shared by the operations over the head.</summary>
    public required OutputPool<TOutput> Outputs { get; init; }

    /// <summary>Makes model inputs of one input.</summary>
    public required Func<TInput, EncodedInput<TInput>> Encoding { get; init; }

    /// <summary>How the head is called.</summary>
    public required HeadForward<TInput, TOutput> Forward { get; init; }

    /// <summary>Makes an input's result of its rows in the output.</summary>
    public required Func<ModelBatch<TInput>, int, TOutput, TResult> Finishing { get; init; }

    /// <summary>As <see cref="ResultKey"/>.</summary>
    public string? Key { get; init; }

    public override string? ResultKey => Key;

    public override EncodedInput<TInput> Encode(TInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Encoding(input);
    }

    public override ComputedInputs<TResult> Compute(
        IReadOnlyList<EncodedInput<TInput>> inputs, CancellationToken cancellationToken = default)
    {
        ModelBatch<TInput> batch = BatchOf(inputs);
        TOutput output = Outputs.Rent();
        try
        {
            Forward.Run(batch, output, cancellationToken);
        }
        catch
        {
            Outputs.Return(output);
            throw;
        }
        Task.Completed(batch.Inputs.Count, batch.Tokens.TokenCount);
        return new Computed(this, batch, output);
    }

    public override async Task<ComputedInputs<TResult>> ComputeAsync(
        IReadOnlyList<EncodedInput<TInput>> inputs, CancellationToken cancellationToken = default)
    {
        ModelBatch<TInput> batch = BatchOf(inputs);
        TOutput output = Outputs.Rent();
        try
        {
            await Forward.RunAsync(batch, output, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Outputs.Return(output);
            throw;
        }
        Task.Completed(batch.Inputs.Count, batch.Tokens.TokenCount);
        return new Computed(this, batch, output);
    }

    public override PreparedInputs<TResult> Prepare(IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        ModelBatch<TInput> batch = BatchOf(inputs);
        TOutput output = Outputs.Rent();
        try
        {
            return new(Forward.Prepare(batch, output), new Computed(this, batch, output));
        }
        catch
        {
            Outputs.Return(output);
            throw;
        }
    }

    public override IEnumerable<TResult> Run(IEnumerable<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Stream();

        IEnumerable<TResult> Stream()
        {
            foreach (EncodedBatch<TInput> batch in EncodedBatch<TInput>.Of(inputs, Encode, Task.BatchTokens))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (batch.Inputs.Count > 0)
                {
                    using ComputedInputs<TResult> computed = Compute(batch.Inputs, cancellationToken);
                    for (int i = 0; i < computed.Count; i++)
                        yield return computed.Finish(i);
                }
                batch.ThrowIfFailed();
            }
        }
    }

    public override IAsyncEnumerable<TResult> RunAsync(IEnumerable<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Stream(cancellationToken);

        async IAsyncEnumerable<TResult> Stream([EnumeratorCancellation] CancellationToken stop)
        {
            foreach (EncodedBatch<TInput> batch in EncodedBatch<TInput>.Of(inputs, Encode, Task.BatchTokens))
            {
                stop.ThrowIfCancellationRequested();
                if (batch.Inputs.Count > 0)
                {
                    using ComputedInputs<TResult> computed = await ComputeAsync(batch.Inputs, stop).ConfigureAwait(false);
                    for (int i = 0; i < computed.Count; i++)
                        yield return computed.Finish(i);
                }
                batch.ThrowIfFailed();
            }
        }
    }

    private static ModelBatch<TInput> BatchOf(IReadOnlyList<EncodedInput<TInput>> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.Count > 0 ? new(inputs) : throw new ArgumentException("there is no input", nameof(inputs));
    }

    private sealed class Computed(HeadOperation<TInput, TOutput, TResult> operation, ModelBatch<TInput> batch, TOutput output)
        : ComputedInputs<TResult>
    {
        /// <summary>Tokens of a batch whose output's memory is kept for the next: that of larger ones would be held for nothing.</summary>
        private const int MostKeptTokens = 32_768;

        private TOutput? _output = output;

        public override int Count => batch.Inputs.Count;

        public override TResult Finish(int index)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            ObjectDisposedException.ThrowIf(_output is null, this);
            return operation.Finishing(batch, index, _output);
        }

        public override void Dispose()
        {
            if (Interlocked.Exchange(ref _output, null) is TOutput used && batch.Tokens.TokenCount <= MostKeptTokens)
                operation.Outputs.Return(used);
        }
    }
}

/// <summary>How a head is called for a batch: with a thread that waits, without one, and by whoever takes it through the layers.</summary>
internal sealed record HeadForward<TInput, TOutput>(
    Action<ModelBatch<TInput>, TOutput, CancellationToken> Run,
    Func<ModelBatch<TInput>, TOutput, CancellationToken, ValueTask> RunAsync,
    Func<ModelBatch<TInput>, TOutput, PreparedCall> Prepare)
    where TOutput : ModelOutput, new()
{
    /// <summary>All that the head computes of the batch.</summary>
    public static HeadForward<TInput, TOutput> Of(Head<TOutput> head) => new(
        (batch, output, cancellationToken) => head.Forward(batch.Tokens, output, hiddenStates: false, cancellationToken),
        (batch, output, cancellationToken) => head.ForwardAsync(batch.Tokens, output, hiddenStates: false, cancellationToken),
        (batch, output) => head.Prepare(batch.Tokens, output));
}
