namespace AlbertNative.Model;

/// <summary>
/// What stands on an opened model's encoder: weights of its own, and one typed output. Heads are made on demand, any number
/// of them over one model; those that need the same weights share them. Any number of threads may call one at a time.
/// </summary>
/// <typeparam name="TOutput">What it computes.</typeparam>
public abstract class Head<TOutput>
    where TOutput : ModelOutput, new()
{
    private readonly Stack<Call> _idle = new();

    private protected Head(PreTrainedModel model, ModelArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        model.Tensors.Require(architecture);
    }

    /// <summary>The model that the head stands on.</summary>
    public PreTrainedModel Model { get; }

    /// <summary>The model's sizes and labels.</summary>
    public ModelConfig Config => Model.Config;

    /// <summary>Computes a batch.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="hiddenStates">Whether every layer's hidden states are wanted too.</param>
    /// <param name="cancellationToken">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model or the head; names the sequence.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public TOutput Forward(TokenBatch batch, bool hiddenStates = false, CancellationToken cancellationToken = default)
    {
        TOutput output = new();
        Forward(batch, output, hiddenStates, cancellationToken);
        return output;
    }

    /// <summary>As <see cref="Forward(TokenBatch, bool, CancellationToken)"/>, into an output that is reused: a warm call allocates nothing.</summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model or the head; names the sequence.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Forward(TokenBatch batch, TOutput output, bool hiddenStates = false, CancellationToken cancellationToken = default) =>
        Run(Begin(batch, output, hiddenStates, cancellationToken));

    /// <summary>
    /// As <see cref="Forward(TokenBatch, TOutput, bool, CancellationToken)"/>, without a thread that waits. Batch and output
    /// belong to the call until it is over.
    /// </summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model or the head; names the sequence.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ValueTask ForwardAsync(
        TokenBatch batch, TOutput output, bool hiddenStates = false, CancellationToken cancellationToken = default) =>
        RunAsync(Begin(batch, output, hiddenStates, cancellationToken));

    /// <summary>
    /// As <see cref="Forward(TokenBatch, TOutput, bool, CancellationToken)"/>, up to where the model would be run: for a
    /// <see cref="LayerPass"/>. Batch and output belong to the call until it is disposed.
    /// </summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model or the head; names the sequence.</exception>
    public PreparedCall Prepare(TokenBatch batch, TOutput output) =>
        new(Begin(batch, output, hiddenStates: false, CancellationToken.None), Model);

    /// <summary>The rows of the last hidden state that the head needs, ascending; empty for all.</summary>
    private protected virtual ReadOnlySpan<int> NeededRows(TokenBatch batch, bool hiddenStates) => default;

    /// <summary>A call with the head's scratch memory.</summary>
    private protected abstract Call NewCall();

    private Call Begin(TokenBatch batch, TOutput output, bool hiddenStates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Begin(batch, NeededRows(batch, hiddenStates), output, hiddenStates, cancellationToken);
    }

    /// <summary>Checks and shapes everything before anything is computed.</summary>
    private protected Call Begin(
        TokenBatch batch, ReadOnlySpan<int> rows, TOutput output, bool hiddenStates, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(output);
        batch.Validate(Config);
        ValidateRows(batch, rows);
        Call call = Rent();
        try
        {
            call.Begin(batch, rows, cancellationToken);
            output.ShapeHiddenStates(Config, batch.TokenCount, hiddenStates);
            call.HiddenStates = output.HiddenStateMatrices;
            call.Output = output;
            call.Shape();
            return call;
        }
        catch
        {
            Return(call);
            throw;
        }
    }

    private protected void Run(Call call)
    {
        try
        {
            Model.Passes.Run(call);
        }
        finally
        {
            Return(call);
        }
    }

    private protected ValueTask RunAsync(Call call)
    {
        try
        {
            return Model.Passes.RunAsync(call);
        }
        catch
        {
            Return(call);
            throw;
        }
    }

    /// <summary>Refuses a choice of no rows, which would mean all of them.</summary>
    private protected static ReadOnlySpan<int> Some(ReadOnlySpan<int> rows) =>
        rows.IsEmpty ? throw new ArgumentException("no row is asked for", nameof(rows)) : rows;

    private static void ValidateRows(TokenBatch batch, ReadOnlySpan<int> rows)
    {
        int previous = -1;
        foreach (int row in rows)
        {
            if (row <= previous || row >= batch.TokenCount)
            {
                throw new ArgumentException(
                    $"row {row} after row {previous}: rows must ascend, below the {batch.TokenCount} tokens", nameof(rows));
            }
            previous = row;
        }
    }

    private Call Rent()
    {
        lock (_idle)
            return _idle.TryPop(out Call? call) ? call : NewCall();
    }

    private void Return(Call call)
    {
        call.Release();
        lock (_idle)
            _idle.Push(call);
    }

    /// <summary>A call of this head.</summary>
    internal abstract class Call(Head<TOutput> head) : HeadCall
    {
        /// <summary>The caller's output, shaped before the pass.</summary>
        public TOutput Output { get; set; } = null!;

        /// <summary>Refuses a batch that the head cannot compute, and makes room for what it can.</summary>
        public abstract void Shape();

        public override void Release()
        {
            base.Release();
            Output = null!;
        }

        public override void Return() => head.Return(this);
    }
}
