namespace AlbertNative;

/// <summary>What one pass through the model took in.</summary>
/// <param name="Inputs">Texts, pairs or questions, as the caller counts them.</param>
/// <param name="Tokens">Tokens that were computed, special tokens and the overlap of windows included.</param>
public readonly record struct BatchUsage(int Inputs, int Tokens);
