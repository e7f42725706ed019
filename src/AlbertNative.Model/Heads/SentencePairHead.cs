namespace AlbertNative.Model;

/// <summary>
/// What the family is pre-trained to say of two texts, from the pooled output, [sequences, labels]: of ALBERT, as given (0)
/// or swapped (1); of BERT, the second continues the first (0) or not (1). A sequence's column 0 must not be masked.
/// </summary>
public sealed class SentencePairHead : Head<LogitsOutput>
{
    private readonly PooledClassifier _classifier;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public SentencePairHead(PreTrainedModel model)
        : base(model, model.Tensors.Family.SentencePairArchitecture)
    {
        _classifier = new PooledClassifier(model, model.Tensors.Family.SentencePair);
        JudgesOrder = model.Tensors.Family.JudgesOrder;
    }

    /// <summary>The number of labels, the columns of the logits.</summary>
    public int LabelCount => _classifier.LabelCount;

    /// <summary>Whether it tells the order of two texts, as ALBERT's; else whether the second continues the first, as BERT's.</summary>
    public bool JudgesOrder { get; }

    private protected override ReadOnlySpan<int> NeededRows(TokenBatch batch, bool hiddenStates) =>
        PooledClassifier.NeededRows(batch, hiddenStates);

    private protected override Call NewCall() => _classifier.NewCall(this);
}
