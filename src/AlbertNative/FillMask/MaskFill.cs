namespace AlbertNative;

/// <summary>A token for a mask.</summary>
/// <param name="Score">Its probability.</param>
/// <param name="TokenId">Its id.</param>
/// <param name="Token">The token as the vocabulary spells it: <c>▁king</c>.</param>
/// <param name="Text">The token as text: <c>king</c>.</param>
/// <param name="Sequence">
/// The text with the token in the mask's place, decoded. Where there are several masks the others stay, and so do
/// the special tokens.
/// </param>
public sealed record MaskFill(float Score, int TokenId, string Token, string Text, string Sequence);
