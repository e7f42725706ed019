namespace AlbertNative.Evaluation;

/// <summary>How much of an answer agrees with a right one.</summary>
internal static class AnswerOverlap
{
    /// <summary>
    /// F1 of two bags of words. SQuAD 1.1 gives 0 where they share none; SQuAD 2.0 gives 1 to two answers without a word.
    /// </summary>
    public static double F1(string[] prediction, string[] gold, bool emptyAgree)
    {
        if (emptyAgree && (prediction.Length == 0 || gold.Length == 0))
            return prediction.Length == gold.Length ? 1 : 0;
        int common = Common(prediction, gold);
        if (common == 0)
            return 0;
        double precision = (double)common / prediction.Length;
        double recall = (double)common / gold.Length;
        return 2 * precision * recall / (precision + recall);
    }

    private static int Common(string[] prediction, string[] gold)
    {
        Dictionary<string, int> left = new(StringComparer.Ordinal);
        foreach (string word in gold)
            left[word] = left.GetValueOrDefault(word) + 1;
        int common = 0;
        foreach (string word in prediction)
        {
            if (left.TryGetValue(word, out int count) && count > 0)
            {
                left[word] = count - 1;
                common++;
            }
        }
        return common;
    }
}
