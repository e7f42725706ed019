using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>From labelled tokens to entities, as Hugging Face's token-classification pipeline does it.</summary>
internal static class EntityAggregation
{
    /// <summary>
    /// Entities of <paramref name="tokens"/> (special tokens left out) under <paramref name="strategy"/>, all labels included.
    /// </summary>
    /// <param name="tokens">A text's tokens in order.</param>
    /// <param name="labels">The label of each score.</param>
    /// <param name="strategy">How to join.</param>
    public static List<Entity> Aggregate(
        IReadOnlyList<TokenPrediction> tokens, IReadOnlyList<string> labels, AggregationStrategy strategy)
    {
        List<Entity> entities = strategy is AggregationStrategy.None or AggregationStrategy.Simple
            ? [.. tokens.Select(token => Labelled(token.Scores, labels, token.Word, token.Span, token.Index))]
            : [.. Words(tokens).Select(word => LabelWord(word, labels, strategy))];
        return strategy == AggregationStrategy.None ? entities : Join(entities);
    }

    /// <summary>One distribution over labels for the tokens of a word.</summary>
    public static float[] WordScores(IReadOnlyList<float[]> tokens, AggregationStrategy strategy) => strategy switch
    {
        AggregationStrategy.Average => Average(tokens),
        AggregationStrategy.Max => tokens.MaxBy(scores => scores[Probabilities.ArgMax(scores)])!,
        _ => tokens[0],
    };

    /// <summary>The text of <paramref name="pieces"/> in a row: <c>▁</c> is a space, but nothing at the beginning.</summary>
    public static string JoinPieces(IEnumerable<string> pieces) =>
        string.Concat(pieces.Select((piece, i) => i == 0 ? piece.TrimStart('▁') : piece)).Replace('▁', ' ').Trim();

    private static Entity Labelled(float[] scores, IReadOnlyList<string> labels, string word, TextSpan span, int? index)
    {
        int best = Probabilities.ArgMax(scores);
        return new(labels[best], scores[best], word, span, index);
    }

    private static Entity LabelWord(List<TokenPrediction> word, IReadOnlyList<string> labels, AggregationStrategy strategy)
    {
        float[] scores = WordScores([.. word.Select(token => token.Scores)], strategy);
        TextSpan span = new(word[0].Span.Start, word[^1].Span.End);
        return Labelled(scores, labels, JoinPieces(word.Select(token => token.Word)), span, index: null);
    }

    /// <summary>The tokens of each word.</summary>
    public static IEnumerable<List<TokenPrediction>> Words(IReadOnlyList<TokenPrediction> tokens)
    {
        List<TokenPrediction> word = [];
        foreach (TokenPrediction token in tokens)
        {
            if (!token.ContinuesWord && word.Count > 0)
            {
                yield return word;
                word = [];
            }
            word.Add(token);
        }
        if (word.Count > 0)
            yield return word;
    }

    private static float[] Average(IReadOnlyList<float[]> tokens)
    {
        float[] mean = new float[tokens[0].Length];
        for (int label = 0; label < mean.Length; label++)
            mean[label] = (float)(tokens.Sum(scores => (double)scores[label]) / tokens.Count);
        return mean;
    }

    private static List<Entity> Join(List<Entity> entities)
    {
        List<Entity> joined = [];
        List<Entity> group = [];
        foreach (Entity entity in entities)
        {
            if (group.Count > 0 && !Continues(group[^1].Label, entity.Label))
            {
                joined.Add(JoinGroup(group));
                group = [];
            }
            group.Add(entity);
        }
        if (group.Count > 0)
            joined.Add(JoinGroup(group));
        return joined;
    }

    private static bool Continues(string previous, string label) =>
        !label.StartsWith("B-", StringComparison.Ordinal) && Tag(previous) == Tag(label);

    private static string Tag(string label) =>
        label.StartsWith("B-", StringComparison.Ordinal) || label.StartsWith("I-", StringComparison.Ordinal)
            ? label[2..]
            : label;

    // The group's name is what follows the label's last hyphen, whatever stands before it: so the pipeline has it.
    private static Entity JoinGroup(List<Entity> group) => new(
        group[0].Label[(group[0].Label.LastIndexOf('-') + 1)..],
        (float)group.Average(entity => (double)entity.Score),
        JoinPieces(group.Select(entity => entity.Word)),
        new(group[0].Span.Start, group[^1].Span.End),
        TokenIndex: null);
}
