using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// Both heads of pre-training in one pass: the masked language model, and the judgement of two sentences. Who needs one
/// of them asks <see cref="MaskedLMHead"/> or <see cref="SentencePairHead"/>, which share the weights with this.
/// </summary>
public sealed class PreTrainingHead : Head<PreTrainingOutput>
{
    private readonly WordScores _words;
    private readonly PooledClassifier _sentencePair;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public PreTrainingHead(PreTrainedModel model)
        : base(model, ModelArchitecture.PreTraining)
    {
        _words = new WordScores(model);
        _sentencePair = new PooledClassifier(model, model.Tensors.Family.SentencePair);
    }

    /// <summary>The number of labels of the judgement of two sentences.</summary>
    public int SentencePairLabelCount => _sentencePair.LabelCount;

    /// <summary>What Hugging Face calls its scores: <c>sop_logits</c>, or of BERT <c>seq_relationship_logits</c>.</summary>
    public string SentencePairLogitsName => Model.Tensors.Family.SentencePairLogits;

    private protected override Call NewCall() => new BothCall(this);

    private sealed class BothCall(PreTrainingHead head) : Call(head)
    {
        private readonly WordScores.Scratch _words = new();
        private readonly Pooler.Scratch _pooling = new();

        public override void Shape()
        {
            Output.Predictions.Shape(StateCount, head.Config.VocabularySize);
            _words.Shape(StateCount, head.Config.EmbeddingSize);
            if (Batch.PoolingRefusal() is string refusal)
                Output.SentencePair.Omit(refusal);
            else
                head._sentencePair.Shape(this, _pooling, Output.SentencePair);
        }

        public override void Run(TeamThread thread, Matrix states)
        {
            head._words.Run(thread, states, _words, Output.PredictionLogits);
            if (Output.SentencePair.Absence is null)
                head._sentencePair.Run(thread, this, states, _pooling, Output.SentencePairLogits);
        }
    }
}
