using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>A score for each label at each token, [rows, labels].</summary>
public sealed class TokenClassificationHead : Head<LogitsOutput>
{
    private readonly LinearWeights _classifier;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public TokenClassificationHead(PreTrainedModel model)
        : base(model, ModelArchitecture.TokenClassification)
    {
        _classifier = model.Linear(Family.Classifier);
        if (Config.HasCrf)
            Transitions = new(model.Tensors.Read(CrfTransitions.StartName), model.Tensors.Read(CrfTransitions.BetweenName), model.Tensors.Read(CrfTransitions.EndName));
    }

    /// <summary>The transitions of the linear-chain CRF whose emissions the scores are; null where the model has none.</summary>
    public CrfTransitions? Transitions { get; }

    /// <summary>Some tokens' scores: last layer and head are computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending; at least one.</param>
    /// <param name="output">Takes the logits, [rows, labels].</param>
    /// <param name="cancellationToken">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, LogitsOutput output, CancellationToken cancellationToken = default) =>
        Run(Begin(batch, Some(rows), output, hiddenStates: false, cancellationToken));

    private protected override Call NewCall() => new LabelsCall(this);

    private sealed class LabelsCall(TokenClassificationHead head) : Call(head)
    {
        public override void Shape() => Output.Scores.Shape(StateCount, head._classifier.Outputs);

        public override void Run(TeamThread thread, Matrix states) =>
            TensorOps.Linear(thread, states, head._classifier, Output.Logits);      // [rows, labels]
    }
}
