namespace AlbertNative.Model;

/// <summary>
/// A score for each choice, from the pooled output, every choice being a sequence: [sequences, 1].
/// A sequence's column 0 must not be masked. Without hidden states the last layer is computed for the first tokens alone,
/// to the same bits.
/// </summary>
public sealed class MultipleChoiceHead : Head<LogitsOutput>
{
    private readonly PooledClassifier _classifier;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public MultipleChoiceHead(PreTrainedModel model)
        : base(model, ModelArchitecture.MultipleChoice) => _classifier = new PooledClassifier(model, Family.Classifier);

    private protected override ReadOnlySpan<int> NeededRows(TokenBatch batch, bool hiddenStates) =>
        PooledClassifier.NeededRows(batch, hiddenStates);

    private protected override Call NewCall() => _classifier.NewCall(this);
}
