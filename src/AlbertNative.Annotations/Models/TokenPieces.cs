namespace AlbertNative.Annotations;

/// <summary>How tokens are cut into pieces, each by itself.</summary>
internal abstract class TokenPieces
{
    /// <summary>What a sequence begins with.</summary>
    public abstract int ClsId { get; }

    /// <summary>What it ends with.</summary>
    public abstract int SepId { get; }

    /// <summary>What sequences are padded with.</summary>
    public abstract int PaddingId { get; }

    /// <summary>A text's pieces, and their ids.</summary>
    public abstract (string[] Texts, int[] Ids) Encode(string text, bool caseSensitive);

    /// <summary>
    /// The pieces of a sentence's tokens: of the first (limit − 2) of them, and of those the first limit pieces. Only limit − 2
    /// fit beside <c>[CLS]</c> and <c>[SEP]</c>; and whether there are more of either than fit.
    /// </summary>
    public (TokenPiece[] Pieces, bool IsCut) Encode(IReadOnlyList<Annotation> tokens, int limit, bool caseSensitive)
    {
        List<TokenPiece> pieces = [];
        int count = Math.Min(tokens.Count, limit - 2);
        for (int token = 0; token < count && pieces.Count < limit; token++)
        {
            bool isWordStart = true;
            foreach (int id in Encode(tokens[token].Result, caseSensitive).Ids)
            {
                pieces.Add(new TokenPiece(id, token, isWordStart));
                isWordStart = false;
            }
        }
        return ([.. pieces.Take(limit)], IsCut: count < tokens.Count || pieces.Count > limit - 2);
    }
}
