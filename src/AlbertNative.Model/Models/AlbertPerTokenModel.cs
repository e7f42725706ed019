namespace AlbertNative.Model;

/// <summary>The classes that score every token by its last hidden state.</summary>
public abstract class AlbertPerTokenModel : AlbertPreTrainedModel
{
    private protected AlbertPerTokenModel(
        AlbertConfig config, AlbertArchitecture architecture, WeightSource weights, ModelOptions? options)
        : base(config, architecture, weights, options)
    {
    }

    /// <summary>The number of scores for each token: the columns of the logits.</summary>
    public abstract int LogitCount { get; }

    /// <summary>Every token's logits, [tokens, <see cref="LogitCount"/>].</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="hiddenStates">Whether every layer's hidden states are wanted too.</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public LogitsOutput Forward(TokenBatch batch, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        LogitsOutput output = new();
        Forward(batch, output, hiddenStates, cancellation);
        return output;
    }

    /// <summary>As <see cref="Forward(TokenBatch, bool, CancellationToken)"/>, into an output that is reused.</summary>
    /// <exception cref="ArgumentException">The batch is empty or does not fit the model; names the sequence.</exception>
    public void Forward(
        TokenBatch batch, LogitsOutput output, bool hiddenStates = false, CancellationToken cancellation = default)
    {
        Validate(batch, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, hiddenStates);
        output.Scores.Shape(batch.TokenCount, LogitCount);
        Run(batch, default, output, cancellation);
    }

    /// <summary>Some tokens' logits: last layer and head are computed for these alone, to the same bits.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The tokens' rows in the batch, ascending.</param>
    /// <param name="output">Takes the logits, [rows, <see cref="LogitCount"/>].</param>
    /// <param name="cancellation">Stops the computation at its next step.</param>
    /// <exception cref="ArgumentException">The batch does not fit the model, or the rows do not ascend within the batch.</exception>
    public void Forward(
        TokenBatch batch, ReadOnlySpan<int> rows, LogitsOutput output, CancellationToken cancellation = default)
    {
        Validate(batch, rows, output);
        output.ShapeHiddenStates(Config, batch.TokenCount, wanted: false);
        output.Scores.Shape(rows.Length, LogitCount);
        Run(batch, rows, output, cancellation);
    }
}
