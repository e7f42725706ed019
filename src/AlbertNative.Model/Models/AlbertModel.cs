using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>ALBERT without a task: hidden states, and the pooled output where the checkpoint has a pooler.</summary>
public sealed class AlbertModel : AlbertPreTrainedModel
{
    private const string NoPooler = "the checkpoint has no pooler (albert.pooler.weight and .bias), so there is no pooled output";

    private readonly Pooler? _pooler;

    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertModel(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertModel, weights, options)
    {
        if (Tensors.Has(TensorCatalogue.Weight(TensorCatalogue.Pooler)))
            _pooler = new Pooler(Tensors);
    }

    /// <summary>False where the checkpoint was saved without a pooler; there is then no pooled output.</summary>
    public bool HasPooler => _pooler is not null;

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertModel Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertModel(config, weights, options));

    /// <summary>The last hidden state of every token and, where there is one, the pooled output.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="hiddenStates">Whether every layer's hidden states are wanted too.</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public AlbertModelOutput Forward(TokenBatch batch, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        AlbertModelOutput output = new();
        Forward(batch, output, hiddenStates, cancellation);
        return output;
    }

    /// <summary>As <see cref="Forward(TokenBatch, bool, CancellationToken)"/>, into an output that is reused.</summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public void Forward(
        TokenBatch batch, AlbertModelOutput output, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, hiddenStates);
        output.Last.Shape(batch.TokenCount, Config.HiddenSize);
        if (PoolingRefusal(batch) is string refusal)
            output.Pooled.Omit(refusal);
        else
            output.Pooled.Shape(batch.SequenceCount, Config.HiddenSize);
        Run(batch, default, output, cancellation);
    }

    /// <summary>The last hidden state of some tokens: the last layer is computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending.</param>
    /// <param name="output">Takes <see cref="AlbertModelOutput.LastHiddenState"/>, [rows, hidden].</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, AlbertModelOutput output, CancellationToken cancellation = default)
    {
        Validate(batch, rows, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, wanted: false);
        output.Last.Shape(rows.Length, Config.HiddenSize);
        output.Pooled.Omit("the call asked for some rows of the last hidden state alone");
        Run(batch, rows, output, cancellation);
    }

    /// <summary>The pooled output, with the last layer computed for the first tokens alone.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="output">
    /// Takes <see cref="AlbertModelOutput.PooledOutput"/>, and the first tokens' <see cref="AlbertModelOutput.LastHiddenState"/>,
    /// both [sequences, hidden].
    /// </param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler.</exception>
    public void Pool(TokenBatch batch, AlbertModelOutput output, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        if (!HasPooler)
            throw new InvalidOperationException(NoPooler);
        batch.RequirePooling();
        output.ShapeHiddenStates(Config, batch.TokenCount, wanted: false);
        output.Last.Shape(batch.SequenceCount, Config.HiddenSize);
        output.Pooled.Shape(batch.SequenceCount, Config.HiddenSize);
        Run(batch, batch.SequenceStarts[..batch.SequenceCount], output, cancellation);
    }

    /// <summary>Why there is no pooled output for a batch; null where there is.</summary>
    internal string? PoolingRefusal(TokenBatch batch) => HasPooler ? batch.PoolingRefusal() : NoPooler;

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output)
    {
        AlbertModelOutput result = (AlbertModelOutput)output;
        CopyRows(thread, states, result.LastHiddenState);
        if (result.Pooled.Absence is null)
            _pooler!.Run(thread, pass, states, result.PooledOutput);
    }
}
