using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>What <see cref="PreTrainingHead"/> computes.</summary>
public sealed class PreTrainingOutput : ModelOutput
{
    internal OutputMatrix Predictions { get; } = new();

    internal OutputMatrix SentencePair { get; } = new();

    /// <summary>A score for each word, [tokens, vocabulary], or [rows, vocabulary] where rows were asked for.</summary>
    /// <exception cref="InvalidOperationException">The call asked for the sentence order alone.</exception>
    public Matrix PredictionLogits => Predictions.Value;

    /// <summary>Scores for the sentences as given (0) and swapped (1), [sequences, labels].</summary>
    /// <exception cref="InvalidOperationException">A sequence's column 0 is masked, or the call asked for rows; the message says which.</exception>
    public Matrix SentencePairLogits => SentencePair.Value;
}
