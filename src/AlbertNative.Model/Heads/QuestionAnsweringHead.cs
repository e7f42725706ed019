using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>Two scores for each token, [tokens, 2]: that the answer starts there (<see cref="Start"/>), and that it ends there (<see cref="End"/>).</summary>
public sealed class QuestionAnsweringHead : Head<LogitsOutput>
{
    /// <summary>The column of the start scores.</summary>
    public const int Start = 0;

    /// <summary>The column of the end scores.</summary>
    public const int End = 1;

    private readonly LinearWeights _answer;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public QuestionAnsweringHead(PreTrainedModel model)
        : base(model, ModelArchitecture.QuestionAnswering) => _answer = model.Linear(Family.Answer);

    private protected override Call NewCall() => new AnswerCall(this);

    private sealed class AnswerCall(QuestionAnsweringHead head) : Call(head)
    {
        public override void Shape() => Output.Scores.Shape(StateCount, head._answer.Outputs);

        public override void Run(TeamThread thread, Matrix states) =>
            TensorOps.Linear(thread, states, head._answer, Output.Logits);          // [tokens, 2]
    }
}
