namespace AlbertNative.Annotations;

/// <summary>A piece of a token.</summary>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="Token">Its token's number in the sentence.</param>
/// <param name="IsWordStart">Whether it is its token's first.</param>
internal readonly record struct TokenPiece(int Id, int Token, bool IsWordStart);
