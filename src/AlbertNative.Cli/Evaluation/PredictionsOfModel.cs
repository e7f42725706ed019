using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>What a model predicts.</summary>
internal sealed class PredictionsOfModel(
    TextModel model, TaskOptions options, double noAnswerThreshold, TagScheme? scheme, CancellationToken cancellationToken) : IPredictions
{
    /// <summary>The best label, as evaluation scripts cut long texts; where an example may have several, those above one half.</summary>
    public IReadOnlyList<PredictedLabels> Labels(IReadOnlyList<LabelledText> texts)
    {
        bool several = texts.Any(text => text.Labels.Count != 1);
        TextClassificationOptions asked = several ? new() { Function = ScoreFunction.Sigmoid } : new();
        return [.. Classify(texts, asked).Select(scores => several ? Several(scores) : new PredictedLabels([scores[0].Label], scores[0].Score))];
    }

    public IReadOnlyList<double> Scores(IReadOnlyList<LabelledText> texts)
    {
        List<double> scores = [];
        foreach (IReadOnlyList<LabelScore> labels in Classify(texts, new() { Function = ScoreFunction.None }))
        {
            scores.Add(labels.Count == 1
                ? labels[0].Score
                : throw new ArgumentException($"regression needs a model with one output, not {labels.Count}"));
        }
        return scores;
    }

    /// <summary>The cosine of the embeddings of each pair.</summary>
    public IReadOnlyList<double> Similarities(IReadOnlyList<LabelledText> pairs)
    {
        using TextEmbedder embedder = new(model, null, options with { Overlong = Overlong.Truncate });
        float[][] vectors = [.. embedder.Embed(pairs.SelectMany(pair => (string[])[pair.Text, pair.Pair!]), cancellationToken: cancellationToken)];
        return [.. pairs.Select((_, i) => Cosine(vectors[2 * i], vectors[2 * i + 1]))];
    }

    public IReadOnlyList<PredictedChoice> Choices(IReadOnlyList<ChoiceExample> questions)
    {
        using MultipleChoiceSelector selector = new(model, options with { Overlong = Overlong.Truncate });
        return [.. selector.Select(questions.Select(question => (question.Text, question.Choices)), cancellationToken)
            .Select(scores => new PredictedChoice(scores.Best, scores.Probabilities[scores.Best]))];
    }

    /// <summary>The label of each word's first piece; long sentences are read in windows. A word without a piece counts as outside.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tags(IReadOnlyList<TaggedSentence> sentences)
    {
        using TokenClassifier tagger = new(model, options with { Overlong = Overlong.Window() });
        IEnumerable<IReadOnlyList<LabelScore?>> tags = tagger.WordOperation(AggregationStrategy.First, scheme).Run(
            sentences.Select(sentence => sentence.Words), cancellationToken);
        return [.. tags.Select(words => (IReadOnlyList<string>)[.. words.Select(word => word?.Label ?? "O")])];
    }

    public (IReadOnlyDictionary<string, string> Answers, IReadOnlyDictionary<string, double>? NoAnswerScores, double Threshold) Answers(
        IReadOnlyList<QuestionExample> questions)
    {
        AnswerPredictionOptions asked = new() { MaxLength = options.MaxLength, NoAnswerThreshold = noAnswerThreshold };
        AnswerPrediction prediction = AnswerPrediction.Of(model, questions, asked, cancellationToken);
        // The answers are chosen already; the scores are for the best threshold.
        return (prediction.Answers, prediction.NoAnswerScores, double.PositiveInfinity);
    }

    private List<IReadOnlyList<LabelScore>> Classify(IReadOnlyList<LabelledText> texts, TextClassificationOptions asked)
    {
        using TextClassifier classifier = new(model, options with { Overlong = Overlong.Truncate });
        return texts.All(text => text.Pair is null)
            ? [.. classifier.Classify(texts.Select(text => text.Text), asked, cancellationToken)]
            : [.. classifier.ClassifyPairs(texts.Select(text => (text.Text, text.Pair ?? "")), asked, cancellationToken)];
    }

    private static PredictedLabels Several(IReadOnlyList<LabelScore> scores)
    {
        LabelScore[] chosen = [.. scores.Where(score => score.Score > 0.5f)];
        return new([.. chosen.Select(score => score.Label)], scores[0].Score);
    }

    private static double Cosine(float[] first, float[] second)
    {
        double both = 0, a = 0, b = 0;
        for (int i = 0; i < first.Length; i++)
        {
            both += (double)first[i] * second[i];
            a += (double)first[i] * first[i];
            b += (double)second[i] * second[i];
        }
        return both / Math.Sqrt(a * b);
    }
}
