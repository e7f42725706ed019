namespace AlbertNative.Tokenization;

/// <summary>The ids of the tokens that carry a role. -1 where the tokenizer has none.</summary>
internal readonly record struct SpecialTokens(int Pad, int Unknown, int Cls, int Sep, int Mask);
