using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>A linear layer over the pooled output: what the heads that score a whole sequence are made of.</summary>
internal sealed class PooledClassifier(PreTrainedModel model, string module)
{
    private readonly Pooler _pooler = new(model);
    private readonly LinearWeights _classifier = model.Linear(module);

    /// <summary>The columns of the scores.</summary>
    public int LabelCount => _classifier.Outputs;

    /// <summary>The first tokens' rows; all where every layer's hidden states are wanted.</summary>
    public static ReadOnlySpan<int> NeededRows(TokenBatch batch, bool hiddenStates) =>
        hiddenStates ? default : batch.SequenceStarts[..batch.SequenceCount];

    /// <summary>Makes room for a call.</summary>
    /// <exception cref="ArgumentException">A sequence's column 0 is masked.</exception>
    public void Shape(HeadCall call, Pooler.Scratch scratch, OutputMatrix scores)
    {
        call.Batch.RequirePooling();
        scratch.Shape(call.Batch, model.Config.HiddenSize);
        scores.Shape(call.Batch.SequenceCount, _classifier.Outputs);
    }

    /// <summary>Writes <paramref name="logits"/>, [sequences, labels].</summary>
    public void Run(TeamThread thread, HeadCall call, Matrix states, Pooler.Scratch scratch, Matrix logits)
    {
        _pooler.Run(thread, call, states, scratch, scratch.Pooled);             // [sequences, H]
        TensorOps.Linear(thread, scratch.Pooled, _classifier, logits);          // [sequences, labels]
    }

    /// <summary>A call of a head that is nothing but this.</summary>
    public Head<LogitsOutput>.Call NewCall(Head<LogitsOutput> head) => new ScoresCall(head, this);

    private sealed class ScoresCall(Head<LogitsOutput> head, PooledClassifier classifier) : Head<LogitsOutput>.Call(head)
    {
        private readonly Pooler.Scratch _scratch = new();

        public override void Shape() => classifier.Shape(this, _scratch, Output.Scores);

        public override void Run(TeamThread thread, Matrix states) =>
            classifier.Run(thread, this, states, _scratch, Output.Logits);
    }
}
