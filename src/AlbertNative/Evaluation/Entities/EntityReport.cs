namespace AlbertNative.Evaluation;

/// <summary>
/// Precision, recall and F1 of whole entities, as seqeval has them: one is right if its type and both its ends are.
/// <c>ToString</c> gives seqeval's text.
/// </summary>
public sealed class EntityReport
{
    private EntityReport(TagScheme? scheme, IReadOnlyList<LabelScores> types, double accuracy)
    {
        Scheme = scheme;
        Types = types;
        Accuracy = accuracy;
        Scores micro = Scores.Micro(types);
        Micro = micro with { F1 = Scores.Harmonic(micro.Precision, micro.Recall) };
        Macro = Scores.Macro(types);
        Weighted = Scores.Weighted(types);
    }

    /// <summary>The scheme that entities had to follow; null for the lenient rule.</summary>
    public TagScheme? Scheme { get; }

    /// <summary>The scores of each type of entity in truth or prediction, sorted by code unit.</summary>
    public IReadOnlyList<LabelScores> Types { get; }

    /// <summary>The share of tokens whose tag is right, <c>O</c> included.</summary>
    public double Accuracy { get; }

    /// <summary>The scores of all entities together: what is meant by "the F1" of such a task.</summary>
    public Scores Micro { get; }

    /// <summary>The plain mean of the types' scores.</summary>
    public Scores Macro { get; }

    /// <summary>The mean of the types' scores weighted by their support.</summary>
    public Scores Weighted { get; }

    /// <summary>Compares the tags of sentences.</summary>
    /// <param name="truth">The true tags of each sentence.</param>
    /// <param name="predicted">The predicted tags of each.</param>
    /// <param name="scheme">
    /// Without it seqeval's default mode, which is CoNLL's (<see cref="EntityTags.Find(IReadOnlyList{string})"/>); with it its
    /// strict mode (<see cref="EntityTags.Find(IReadOnlyList{string}, TagScheme)"/>).
    /// </param>
    /// <exception cref="ArgumentException">The lists, or those of a sentence, differ in length.</exception>
    /// <exception cref="FormatException">A tag is empty, or has a prefix that is not the scheme's; the error names the sentence.</exception>
    public static EntityReport Of(
        IReadOnlyList<IReadOnlyList<string>> truth, IReadOnlyList<IReadOnlyList<string>> predicted, TagScheme? scheme = null)
    {
        Pairs.RequireEqualLength(truth, predicted, nameof(predicted));
        SortedDictionary<string, (int Correct, int Predicted, int Support)> counts = new(StringComparer.Ordinal);
        int right = 0, tokens = 0;
        for (int i = 0; i < truth.Count; i++)
        {
            if (truth[i].Count != predicted[i].Count)
                throw new ArgumentException($"Sentence {i} has {predicted[i].Count} predicted tags for {truth[i].Count} tokens.", nameof(predicted));
            Count(Find(truth[i], scheme, i), Find(predicted[i], scheme, i), counts);
            right += truth[i].Zip(predicted[i]).Count(pair => pair.First == pair.Second);
            tokens += truth[i].Count;
        }
        return new(
            scheme, [.. counts.Select(type => OfType(type.Key, type.Value.Correct, type.Value.Predicted, type.Value.Support))],
            Scores.Ratio(right, tokens));
    }

    /// <summary>seqeval's text with two digits.</summary>
    public override string ToString() => ToString(2);

    /// <summary>seqeval's text.</summary>
    /// <param name="digits">Digits after the point, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is out of range.</exception>
    public string ToString(int digits)
    {
        ReportTable table = new(Types, digits);
        table.Row("micro avg", Micro);
        table.Row("macro avg", Macro);
        table.Row("weighted avg", Weighted);
        return table.ToString();
    }

    private static LabelScores OfType(string type, int correct, int predicted, int support)
    {
        LabelScores scores = new(type, correct, predicted, support);
        return scores with { F1 = Scores.Harmonic(scores.Precision, scores.Recall) };
    }

    private static IReadOnlyList<TaggedEntity> Find(IReadOnlyList<string> tags, TagScheme? scheme, int sentence)
    {
        try
        {
            return scheme is { } named ? EntityTags.Find(tags, named) : EntityTags.Find(tags);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"Sentence {sentence}: {exception.Message}", exception);
        }
    }

    private static void Count(
        IReadOnlyList<TaggedEntity> truth, IReadOnlyList<TaggedEntity> predicted,
        SortedDictionary<string, (int Correct, int Predicted, int Support)> counts)
    {
        HashSet<TaggedEntity> expected = [.. truth];
        void Add(string type, int correct, int guesses, int support)
        {
            (int c, int p, int s) = counts.GetValueOrDefault(type);
            counts[type] = (c + correct, p + guesses, s + support);
        }
        foreach (TaggedEntity entity in truth)
            Add(entity.Type, 0, 0, 1);
        foreach (TaggedEntity entity in predicted)
            Add(entity.Type, expected.Contains(entity) ? 1 : 0, 1, 0);
    }
}
