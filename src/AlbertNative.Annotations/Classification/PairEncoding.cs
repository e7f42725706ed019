namespace AlbertNative.Annotations;

/// <summary>Two lists of pieces as one sequence: <c>[CLS]</c> first <c>[SEP]</c> second <c>[SEP]</c>, the second cut to what is left.</summary>
internal static class PairEncoding
{
    public static int[] Encode(TokenPieces pieces, IEnumerable<int> first, IEnumerable<int> second, int limit)
    {
        int[] head = [.. first.Take(limit - 2)];
        return [pieces.ClsId, .. head, pieces.SepId, .. second.Take(limit - (head.Length + 1) - 2), pieces.SepId];
    }
}
