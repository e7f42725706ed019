using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// No head: the last hidden state of every token and, where the checkpoint has a pooler, the pooled output; Hugging Face's
/// AlbertModel and BertModel.
/// </summary>
public sealed class EncoderHead : Head<EncoderOutput>
{
    private readonly string? _noPooler;
    private readonly Pooler? _pooler;

    /// <summary>The hidden states of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model holds half a pooler.</exception>
    public EncoderHead(PreTrainedModel model)
        : base(model, ModelArchitecture.Model)
    {
        string module = model.Tensors.Family.Pooler;
        if (model.Tensors.Has(TensorCatalogue.Weight(module)))
            _pooler = new Pooler(model);
        else
            _noPooler = $"the checkpoint has no pooler ({TensorCatalogue.Weight(module)} and .bias), so there is no pooled output";
    }

    /// <summary>False where the checkpoint was saved without a pooler; there is then no pooled output.</summary>
    public bool HasPooler => _pooler is not null;

    /// <summary>The last hidden state of some tokens: the last layer is computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending; at least one.</param>
    /// <param name="output">Takes <see cref="EncoderOutput.LastHiddenState"/>, [rows, hidden], and no pooled output.</param>
    /// <param name="cancellationToken">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, EncoderOutput output, CancellationToken cancellationToken = default) =>
        Run(Begin(batch, Some(rows), output, hiddenStates: false, cancellationToken));

    /// <summary>As <see cref="Forward(TokenBatch, ReadOnlySpan{int}, EncoderOutput, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public ValueTask ForwardAsync(
        TokenBatch batch, ReadOnlySpan<int> rows, EncoderOutput output, CancellationToken cancellationToken = default) =>
        RunAsync(Begin(batch, Some(rows), output, hiddenStates: false, cancellationToken));

    /// <summary>As <see cref="Forward(TokenBatch, ReadOnlySpan{int}, EncoderOutput, CancellationToken)"/>, for a <see cref="LayerPass"/>.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public PreparedCall Prepare(TokenBatch batch, ReadOnlySpan<int> rows, EncoderOutput output) =>
        new(Begin(batch, Some(rows), output, hiddenStates: false, CancellationToken.None), Model);

    /// <summary>The pooled output, with the last layer computed for the first tokens alone.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="output">
    /// Takes <see cref="EncoderOutput.PooledOutput"/>, and the first tokens' <see cref="EncoderOutput.LastHiddenState"/>,
    /// both [sequences, hidden].
    /// </param>
    /// <param name="cancellationToken">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler.</exception>
    public void Pool(TokenBatch batch, EncoderOutput output, CancellationToken cancellationToken = default) =>
        Run(BeginPooling(batch, output, cancellationToken));

    /// <summary>As <see cref="Pool"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler.</exception>
    public ValueTask PoolAsync(TokenBatch batch, EncoderOutput output, CancellationToken cancellationToken = default) =>
        RunAsync(BeginPooling(batch, output, cancellationToken));

    /// <summary>As <see cref="Pool"/>, for a <see cref="LayerPass"/>.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler.</exception>
    public PreparedCall PreparePooling(TokenBatch batch, EncoderOutput output) =>
        new(BeginPooling(batch, output, CancellationToken.None), Model);

    /// <summary>Why there is no pooled output for a batch; null where there is.</summary>
    public string? PoolingRefusal(TokenBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _noPooler ?? batch.PoolingRefusal();
    }

    private Call BeginPooling(TokenBatch batch, EncoderOutput output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_noPooler is not null)
            throw new InvalidOperationException(_noPooler);
        batch.RequirePooling();
        return Begin(batch, PooledClassifier.NeededRows(batch, hiddenStates: false), output, hiddenStates: false, cancellationToken);
    }

    private protected override Call NewCall() => new StatesCall(this);

    private sealed class StatesCall(EncoderHead head) : Call(head)
    {
        private readonly Pooler.Scratch _pooling = new();

        public override void Shape()
        {
            Output.Last.Shape(StateCount, head.Config.HiddenSize);
            string? refusal = head.PoolingRefusal(Batch);
            // Rows other than the first tokens' are asked for where no pooled output is wanted.
            if (!TakesAllRows && !Rows.SequenceEqual(Batch.SequenceStarts[..Batch.SequenceCount]))
                refusal = "the call asked for some rows of the last hidden state alone";
            if (refusal is not null)
            {
                Output.Pooled.Omit(refusal);
                return;
            }
            _pooling.Shape(Batch, head.Config.HiddenSize);
            Output.Pooled.Shape(Batch.SequenceCount, head.Config.HiddenSize);
        }

        public override void Run(TeamThread thread, Matrix states)
        {
            TensorOps.CopyRows(thread, states, Output.LastHiddenState);
            if (Output.Pooled.Absence is null)
                head._pooler!.Run(thread, this, states, _pooling, Output.PooledOutput);
        }
    }
}
