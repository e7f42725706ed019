namespace AlbertNative.Annotations;

/// <summary>A sentence of a row and the tokens inside it.</summary>
/// <param name="Row">The row's number among those that are computed together.</param>
/// <param name="Index">Its number among the row's document annotations.</param>
/// <param name="Document">The sentence.</param>
/// <param name="Tokens">Its tokens, in their order; at least one.</param>
internal sealed record TokenSentence(int Row, int Index, Annotation Document, IReadOnlyList<Annotation> Tokens)
{
    /// <summary>A row's sentences that hold tokens. A token belongs to each sentence that it lies in, by their positions alone.</summary>
    public static List<TokenSentence> Of(int row, IReadOnlyList<Annotation> annotations)
    {
        List<Annotation> documents = [.. annotations.Where(a => a.AnnotatorType == AnnotatorTypes.Document)];
        Annotation[] tokens = [.. annotations.Where(a => a.AnnotatorType == AnnotatorTypes.Token)];
        int[] order = [.. Enumerable.Range(0, tokens.Length).OrderBy(i => tokens[i].Begin)];
        int[] begins = [.. order.Select(i => tokens[i].Begin)];
        List<TokenSentence> sentences = [];
        for (int i = 0; i < documents.Count; i++)
        {
            Annotation document = documents[i];
            int first = LowerBound(begins, document.Begin);
            List<int> inside = [];
            for (int j = first; j < begins.Length && begins[j] <= document.End; j++)
            {
                if (tokens[order[j]].End <= document.End)
                    inside.Add(order[j]);
            }
            inside.Sort();
            if (inside.Count > 0)
                sentences.Add(new TokenSentence(row, i, document, [.. inside.Select(j => tokens[j])]));
        }
        return sentences;
    }

    private static int LowerBound(int[] begins, int begin)
    {
        int low = 0, high = begins.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (begins[middle] < begin)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
