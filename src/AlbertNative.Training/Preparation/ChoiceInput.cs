using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>A question of multiple choice: one sequence for each choice.</summary>
/// <param name="Choices">The inputs, in the order of the choices.</param>
/// <param name="Label">The index of the right one.</param>
internal sealed record ChoiceInput(ModelInput[] Choices, int Label)
{
    /// <summary>Pairs the text with each choice, cutting the longer of the two first, as Hugging Face's <c>run_swag</c>.</summary>
    public static ChoiceInput Of(Tokenizer tokenizer, string text, IReadOnlyList<string> choices, int label, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, choices.Count);
        EncodeOptions options = new() { MaxLength = maxLength, Truncation = TruncationStrategy.LongestFirst };
        return new([.. choices.Select(choice => ModelInput.Of(tokenizer.Encode(text, choice, options)))], label);
    }
}
