namespace AlbertNative;

/// <summary>A word that a mask may stand for, as the vocabulary has it.</summary>
/// <param name="Target">The word as it was given.</param>
/// <param name="TokenId">The token that is scored for it.</param>
/// <param name="Token">That token, as the vocabulary spells it.</param>
/// <param name="TokenCount">How many tokens the tokenizer makes of the word: where it is more than 1, only the first is scored.</param>
public sealed record MaskTarget(string Target, int TokenId, string Token, int TokenCount);
