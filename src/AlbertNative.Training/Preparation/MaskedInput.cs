namespace AlbertNative.Training;

/// <summary>A sequence some of whose tokens are hidden, and what they were.</summary>
/// <param name="InputIds">The tokens, masked.</param>
/// <param name="Labels">The original token where one was chosen, −100 elsewhere.</param>
internal readonly record struct MaskedInput(int[] InputIds, int[] Labels);
