using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>The masked language model: a score for each word at each token, [rows, vocabulary].</summary>
public sealed class MaskedLMHead : Head<LogitsOutput>
{
    private readonly WordScores _words;

    /// <summary>The head of an opened model.</summary>
    /// <exception cref="Checkpoints.CheckpointFormatException">The model does not hold its weights; names them.</exception>
    public MaskedLMHead(PreTrainedModel model)
        : base(model, ModelArchitecture.MaskedLM) => _words = new WordScores(model);

    /// <summary>Some tokens' scores: last layer and head are computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending; at least one.</param>
    /// <param name="output">Takes the logits, [rows, vocabulary].</param>
    /// <param name="cancellationToken">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, LogitsOutput output, CancellationToken cancellationToken = default) =>
        Run(Begin(batch, Some(rows), output, hiddenStates: false, cancellationToken));

    /// <summary>As <see cref="Forward(TokenBatch, ReadOnlySpan{int}, LogitsOutput, CancellationToken)"/>, without a thread that waits.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public ValueTask ForwardAsync(
        TokenBatch batch, ReadOnlySpan<int> rows, LogitsOutput output, CancellationToken cancellationToken = default) =>
        RunAsync(Begin(batch, Some(rows), output, hiddenStates: false, cancellationToken));

    /// <summary>As <see cref="Forward(TokenBatch, ReadOnlySpan{int}, LogitsOutput, CancellationToken)"/>, for a <see cref="LayerPass"/>.</summary>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public PreparedCall Prepare(TokenBatch batch, ReadOnlySpan<int> rows, LogitsOutput output) =>
        new(Begin(batch, Some(rows), output, hiddenStates: false, CancellationToken.None), Model);

    private protected override Call NewCall() => new WordsCall(this);

    private sealed class WordsCall(MaskedLMHead head) : Call(head)
    {
        private readonly WordScores.Scratch _scratch = new();

        public override void Shape()
        {
            Output.Scores.Shape(StateCount, head.Config.VocabularySize);
            _scratch.Shape(StateCount, head.Config.EmbeddingSize);
        }

        public override void Run(TeamThread thread, Matrix states) => head._words.Run(thread, states, _scratch, Output.Logits);
    }
}
