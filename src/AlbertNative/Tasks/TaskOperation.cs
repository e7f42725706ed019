namespace AlbertNative;

/// <summary>
/// One thing that a task does, in the parts that a server needs: a text is encoded by whatever thread has it, any number of
/// encoded inputs of any callers are computed together, and each is finished by itself. <see cref="Run(TInput, CancellationToken)"/>
/// does all three. Immutable; any number of threads may share one.
/// </summary>
/// <typeparam name="TInput">What is asked about: a text, a pair, a question and its context.</typeparam>
/// <typeparam name="TResult">The answer.</typeparam>
public abstract class TaskOperation<TInput, TResult>
{
    private protected TaskOperation(TextTask task) => Task = task;

    /// <summary>The task that it is part of.</summary>
    public TextTask Task { get; }

    /// <summary>
    /// Which of the operations over one task this is, where that and an input's ids decide the result, so that it may be kept for
    /// inputs with the same ids; null where the text itself plays a part in it.
    /// </summary>
    public virtual string? ResultKey => null;

    /// <summary>Encodes an input. Touches no weight.</summary>
    /// <exception cref="ArgumentException">The input is not what the task works on, or has too many tokens.</exception>
    public abstract EncodedInput<TInput> Encode(TInput input);

    /// <summary>Computes encoded inputs in one pass; a result does not depend on its company.</summary>
    /// <param name="inputs">At least one.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>What their results are made of; to be disposed when they are finished.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public abstract ComputedInputs<TResult> Compute(
        IReadOnlyList<EncodedInput<TInput>> inputs, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="Compute"/>, without a thread that waits: calls that wait for the model at the same time go through it
    /// together.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public abstract Task<ComputedInputs<TResult>> ComputeAsync(
        IReadOnlyList<EncodedInput<TInput>> inputs, CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="Compute"/>, up to where the model would be run: for a scheduler, which takes the inputs' sequences
    /// through a <see cref="Model.LayerPass"/> together with others. <see cref="TextTask.BatchCompleted"/> is not raised.
    /// </summary>
    /// <param name="inputs">At least one.</param>
    /// <exception cref="ArgumentException">There is no input.</exception>
    public abstract PreparedInputs<TResult> Prepare(IReadOnlyList<EncodedInput<TInput>> inputs);

    /// <summary>The result of one input.</summary>
    /// <exception cref="ArgumentException">The input is not what the task works on, or has too many tokens.</exception>
    public TResult Run(TInput input, CancellationToken cancellationToken = default)
    {
        using ComputedInputs<TResult> computed = Compute([Encode(input)], cancellationToken);
        return computed.Finish(0);
    }

    /// <summary>The results of a stream of inputs: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When the turn of an input comes that the task does not work on, or that has too many tokens.</exception>
    public abstract IEnumerable<TResult> Run(IEnumerable<TInput> inputs, CancellationToken cancellationToken = default);

    /// <summary>The result of one input, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The input is not what the task works on, or has too many tokens.</exception>
    public async Task<TResult> RunAsync(TInput input, CancellationToken cancellationToken = default)
    {
        using ComputedInputs<TResult> computed = await ComputeAsync([Encode(input)], cancellationToken).ConfigureAwait(false);
        return computed.Finish(0);
    }

    /// <summary>The results of a stream of inputs, without a thread that waits: lazily, in order, many in one pass.</summary>
    /// <exception cref="ArgumentException">When the turn of an input comes that the task does not work on, or that has too many tokens.</exception>
    public abstract IAsyncEnumerable<TResult> RunAsync(IEnumerable<TInput> inputs, CancellationToken cancellationToken = default);
}
