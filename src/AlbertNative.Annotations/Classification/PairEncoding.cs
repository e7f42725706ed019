namespace AlbertNative.Annotations;

/// <summary>Two lists of pieces as one sequence: <c>[CLS]</c> first <c>[SEP]</c> second <c>[SEP]</c>, the second cut to what is left.</summary>
internal static class PairEncoding
{
    /// <summary>Whether nothing of them has to be cut off.</summary>
    public static bool Fits(int[] first, int[] second, int limit) => first.Length + second.Length + 3 <= limit;

    /// <summary>How many pieces of the first are taken. As Spark NLP cuts a long one, the sequence has one piece more than it may have.</summary>
    public static int Head(int limit, bool isExact) => limit - (isExact ? 2 : 3);

    /// <summary>The sequence's ids.</summary>
    public static int[] Encode(TokenPieces pieces, int[] first, int[] second, int limit, bool isExact)
    {
        int[] head = [.. first.Take(Head(limit, isExact))];
        return [pieces.ClsId, .. head, pieces.SepId, .. second.Take(limit - (head.Length + 1) - 2), pieces.SepId];
    }
}
