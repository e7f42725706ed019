using AlbertNative.Evaluation;

namespace AlbertNative.Training;

/// <summary>Judges tags of words: whole entities where the tags mark some, else each word.</summary>
public static class TagEvaluation
{
    /// <summary>Compares predicted tags with the right ones.</summary>
    /// <param name="sentences">The sentences with their right tags.</param>
    /// <param name="predicted">The predicted tags of each.</param>
    /// <param name="bootstrap">Whether to draw the interval of the headline.</param>
    /// <param name="strictScheme">What entities have to follow to count in <c>f1_strict</c>; null for the scheme that the tags show.</param>
    /// <exception cref="ArgumentException">
    /// The lists, or those of a sentence, differ in length: the message names the line. Or a scheme is named, and the tags mark no entities.
    /// </exception>
    /// <exception cref="FormatException">A tag has a prefix that is not the named scheme's; the message names the sentence.</exception>
    public static EvaluationSummary Of(
        IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<IReadOnlyList<string>> predicted, bool bootstrap = false, TagScheme? strictScheme = null)
    {
        if (sentences.Count != predicted.Count)
            throw new ArgumentException($"There are predictions of {predicted.Count} sentences, not of {sentences.Count}.", nameof(predicted));
        for (int i = 0; i < sentences.Count; i++)
        {
            if (sentences[i].Words.Count != predicted[i].Count)
                throw new ArgumentException($"The sentence of line {sentences[i].Line} has {predicted[i].Count} predicted tags for {sentences[i].Words.Count} words.", nameof(predicted));
        }
        IReadOnlyList<string>[] truth = [.. sentences.Select(sentence => sentence.Tags)];
        bool entities = truth.Concat(predicted).SelectMany(tags => tags).All(tag => tag is "O" or ['B' or 'I' or 'E' or 'S' or 'L' or 'U', '-', _, ..])
            && truth.Any(tags => tags.Any(tag => tag != "O"));
        if (!entities && strictScheme is { } named)
            throw new ArgumentException($"The tags mark no entities that could follow {NameOf(named)}.", nameof(strictScheme));
        EvaluationSummary summary = entities ? Entities(truth, predicted, bootstrap, strictScheme) : Words(truth, predicted, bootstrap);
        return summary with { Examples = sentences.Count, Errors = Errors(sentences, predicted) };
    }

    private static EvaluationSummary Entities(
        IReadOnlyList<string>[] truth, IReadOnlyList<IReadOnlyList<string>> predicted, bool bootstrap, TagScheme? strictScheme)
    {
        EntityReport report = EntityReport.Of(truth, predicted);
        List<KeyValuePair<string, double>> metrics =
        [
            new("f1", report.Micro.F1),
            new("precision", report.Micro.Precision),
            new("recall", report.Micro.Recall),
            new("macro_f1", report.Macro.F1),
            new("weighted_f1", report.Weighted.F1),
            new("accuracy", report.Accuracy),
        ];
        List<string> notes = LabelEvaluation.Undefined(report.Types);
        try
        {
            TagScheme scheme = strictScheme ?? EntityTags.DetectScheme(truth.Concat(predicted));
            EntityReport strict = EntityReport.Of(truth, predicted, scheme);
            metrics.Insert(3, new("f1_strict", strict.Micro.F1));
            notes.Add($"f1_strict counts only entities that follow {NameOf(scheme)}.");
        }
        catch (FormatException exception) when (strictScheme is null)
        {
            notes.Add($"There is no f1_strict. {exception.Message}");
        }
        return new()
        {
            Examples = truth.Length,
            Metrics = metrics,
            Interval = bootstrap && truth.Length > 0 ? Interval(truth, predicted) : null,
            Report = report.ToString(4),
            Labels = report.Types,
            Notes = notes,
        };
    }

    private static string NameOf(TagScheme scheme) => scheme.ToString().ToUpperInvariant();

    /// <summary>Entities are found once in each sentence; a sample's F1 is that of its sentences' counts.</summary>
    private static BootstrapInterval Interval(IReadOnlyList<string>[] truth, IReadOnlyList<IReadOnlyList<string>> predicted)
    {
        IReadOnlyList<LabelScores>[] types = [.. truth.Select((tags, i) => EntityReport.Of([tags], [predicted[i]]).Types)];
        return BootstrapInterval.OfF1(
            [.. types.Select(list => list.Sum(type => type.Correct))],
            [.. types.Select(list => list.Sum(type => type.Predicted + type.Support))]);
    }

    private static EvaluationSummary Words(IReadOnlyList<string>[] truth, IReadOnlyList<IReadOnlyList<string>> predicted, bool bootstrap)
    {
        ClassificationReport report = ClassificationReport.Of([.. truth.SelectMany(tags => tags)], [.. predicted.SelectMany(tags => tags)]);
        double Accuracy(IReadOnlyList<int> sample) =>
            sample.Sum(i => truth[i].Zip(predicted[i]).Count(pair => pair.First == pair.Second)) / (double)Math.Max(1, sample.Sum(i => truth[i].Count));
        return new()
        {
            Examples = truth.Length,
            Metrics =
            [
                new("accuracy", report.Accuracy),
                new("macro_f1", report.Macro.F1),
                new("weighted_f1", report.Weighted.F1),
            ],
            Interval = bootstrap && truth.Length > 0 ? BootstrapInterval.Of(truth.Length, Accuracy) : null,
            Report = report.ToString(4),
            Labels = report.Labels,
            Confusion = report.Confusion,
            Notes = LabelEvaluation.Undefined(report.Labels),
        };
    }

    /// <summary>The sentences with the most wrong tags.</summary>
    private static List<EvaluationError> Errors(IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<IReadOnlyList<string>> predicted) =>
    [
        .. sentences.Select((sentence, i) => (Sentence: sentence, Wrong: Enumerable.Range(0, sentence.Tags.Count)
                .Where(word => sentence.Tags[word] != predicted[i][word]).ToArray(), Tags: predicted[i]))
            .Where(item => item.Wrong.Length > 0)
            .OrderByDescending(item => item.Wrong.Length)
            .Take(EvaluationSummary.ShownErrors)
            .Select(item => new EvaluationError(
                item.Sentence.Line,
                string.Join(' ', item.Wrong.Select(word => $"{item.Sentence.Words[word]}/{item.Sentence.Tags[word]}")),
                string.Join(' ', item.Wrong.Select(word => $"{item.Sentence.Words[word]}/{item.Tags[word]}")),
                null, string.Join(' ', item.Sentence.Words))),
    ];
}
