using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// ALBERT as it is pre-trained: the masked language model, and whether two sentences stand in their order
/// (Lan et al., 2020, section 3.1).
/// </summary>
public sealed class AlbertForPreTraining : AlbertPreTrainedModel
{
    private readonly PredictionHead _predictions;
    private readonly Pooler _pooler;
    private readonly LinearWeights _sentenceOrder;

    /// <summary>Makes the model of any weights, which must outlive it.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The weights are not those of the configuration.</exception>
    public AlbertForPreTraining(AlbertConfig config, WeightSource weights, ModelOptions? options = null)
        : base(config, AlbertArchitecture.AlbertForPreTraining, weights, options)
    {
        _predictions = new PredictionHead(config, Tensors);
        _pooler = new Pooler(Tensors);
        _sentenceOrder = Tensors.Linear(TensorCatalogue.SentenceOrder);
    }

    /// <summary>Loads a model from whatever <see cref="ModelFiles.Open"/> takes: a directory, a one-file model, or a name on the hub.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The directory holds no ALBERT that fits; names every fault.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="Hub.HubException">The named model could not be fetched.</exception>
    public static AlbertForPreTraining Load(string path, ModelOptions? options = null) =>
        Load(path, (config, weights) => new AlbertForPreTraining(config, weights, options));

    /// <summary>Every token's word scores and every sequence's sentence order.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="hiddenStates">Whether every layer's hidden states are wanted too.</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public PreTrainingOutput Forward(TokenBatch batch, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        PreTrainingOutput output = new();
        Forward(batch, output, hiddenStates, cancellation);
        return output;
    }

    /// <summary>As <see cref="Forward(TokenBatch, bool, CancellationToken)"/>, into an output that is reused.</summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public void Forward(
        TokenBatch batch, PreTrainingOutput output, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, hiddenStates);
        output.Predictions.Shape(batch.TokenCount, Config.VocabularySize);
        if (batch.PoolingRefusal() is string refusal)
            output.SentenceOrder.Omit(refusal);
        else
            output.SentenceOrder.Shape(batch.SequenceCount, _sentenceOrder.Outputs);
        Run(batch, default, output, cancellation);
    }

    /// <summary>Some tokens' word scores: last layer and head are computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending.</param>
    /// <param name="output">Takes <see cref="PreTrainingOutput.PredictionLogits"/>, [rows, vocabulary].</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, PreTrainingOutput output, CancellationToken cancellation = default)
    {
        Validate(batch, rows, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, wanted: false);
        output.Predictions.Shape(rows.Length, Config.VocabularySize);
        output.SentenceOrder.Omit("the call asked for the word scores of some rows alone");
        Run(batch, rows, output, cancellation);
    }

    /// <summary>The sentence order alone: the last layer is computed for the first tokens, and no word is scored.</summary>
    /// <param name="batch">The sequences, each of two sentences.</param>
    /// <param name="output">Takes <see cref="PreTrainingOutput.SentenceOrderLogits"/>, [sequences, labels].</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    public void ForwardSentenceOrder(TokenBatch batch, PreTrainingOutput output, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        batch.RequirePooling();
        output.ShapeHiddenStates(Config, batch.TokenCount, wanted: false);
        output.Predictions.Omit("the call asked for the sentence order alone");
        output.SentenceOrder.Shape(batch.SequenceCount, _sentenceOrder.Outputs);
        Run(batch, batch.SequenceStarts[..batch.SequenceCount], output, cancellation);
    }

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output)
    {
        PreTrainingOutput result = (PreTrainingOutput)output;
        if (result.Predictions.Absence is null)
            _predictions.Run(thread, pass, states, result.PredictionLogits);
        if (result.SentenceOrder.Absence is null)
        {
            _pooler.Run(thread, pass, states, pass.Pooled);
            TensorOps.Linear(thread, pass.Pooled, _sentenceOrder, result.SentenceOrderLogits);
        }
    }
}
