using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>The classes that score a whole sequence by its pooled output, which the first token is made into.</summary>
public abstract class AlbertPooledModel : AlbertPreTrainedModel
{
    private readonly Pooler _pooler;
    private readonly LinearWeights _classifier;

    private protected AlbertPooledModel(
        AlbertConfig config, AlbertArchitecture architecture, WeightSource weights, ModelOptions? options)
        : base(config, architecture, weights, options)
    {
        _pooler = new Pooler(Tensors);
        _classifier = Tensors.Linear(TensorCatalogue.Classifier);
    }

    /// <summary>Every sequence's logits, [sequences, labels], or [sequences, 1] where each sequence is a choice.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="hiddenStates">
    /// Whether every layer's hidden states are wanted too; without them the last layer is computed for the first
    /// tokens alone, to the same bits.
    /// </param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    public LogitsOutput Forward(TokenBatch batch, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        LogitsOutput output = new();
        Forward(batch, output, hiddenStates, cancellation);
        return output;
    }

    /// <summary>As <see cref="Forward(TokenBatch, bool, CancellationToken)"/>, into an output that is reused.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or a sequence's column 0 is masked.</exception>
    public void Forward(
        TokenBatch batch, LogitsOutput output, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        batch.RequirePooling();
        output.ShapeHiddenStates(Config, batch.TokenCount, hiddenStates);
        output.Scores.Shape(batch.SequenceCount, _classifier.Outputs);
        Run(batch, hiddenStates ? default : batch.SequenceStarts[..batch.SequenceCount], output, cancellation);
    }

    internal override void RunHead(TeamThread thread, ForwardPass pass, Matrix states, ModelOutput output)
    {
        _pooler.Run(thread, pass, states, pass.Pooled);                                             // [sequences, H]
        TensorOps.Linear(thread, pass.Pooled, _classifier, ((LogitsOutput)output).Logits);          // [sequences, labels]
    }
}
