namespace AlbertNative;

/// <summary>How a model rates the choices of one question.</summary>
/// <param name="Best">The index of the best choice.</param>
/// <param name="Probabilities">The probability of each choice, in their order; they add up to 1.</param>
public sealed record ChoiceScores(int Best, IReadOnlyList<float> Probabilities);
