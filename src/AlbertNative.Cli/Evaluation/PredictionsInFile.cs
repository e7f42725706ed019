using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>Predictions that some model left in a file.</summary>
internal sealed class PredictionsInFile(string path, string? noAnswerScores, double? noAnswerThreshold) : IPredictions
{
    public IReadOnlyList<PredictedLabels> Labels(IReadOnlyList<LabelledText> texts) =>
        OfEach(PredictionFiles.ReadLabels(path), texts.Count);

    public IReadOnlyList<double> Scores(IReadOnlyList<LabelledText> texts) => OfEach(PredictionFiles.ReadScores(path), texts.Count);

    public IReadOnlyList<double> Similarities(IReadOnlyList<LabelledText> pairs) => Scores(pairs);

    public IReadOnlyList<PredictedChoice> Choices(IReadOnlyList<ChoiceExample> questions) =>
        OfEach(PredictionFiles.ReadChoices(path), questions.Count);

    /// <summary>The tags of a file of the same form; its words have to be the same.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tags(IReadOnlyList<TaggedSentence> sentences)
    {
        DataSet<TaggedSentence> predicted = OfEach(DataFiles.ReadTags(path), sentences.Count);
        for (int i = 0; i < sentences.Count; i++)
        {
            if (!predicted[i].Words.SequenceEqual(sentences[i].Words))
                throw new DataFormatException(path, predicted[i].Line, null, $"this sentence has other words than that of line {sentences[i].Line} of the data");
        }
        return [.. predicted.Select(sentence => sentence.Tags)];
    }

    public (IReadOnlyDictionary<string, string> Answers, IReadOnlyDictionary<string, double>? NoAnswerScores, double Threshold) Answers(
        IReadOnlyList<QuestionExample> questions) =>
        (OfEach(PredictionFiles.ReadAnswers(path), path, questions),
            noAnswerScores is null ? null : OfEach(PredictionFiles.ReadNoAnswerScores(noAnswerScores), noAnswerScores, questions),
            noAnswerThreshold ?? double.PositiveInfinity);

    private static IReadOnlyDictionary<string, T> OfEach<T>(IReadOnlyDictionary<string, T> values, string path, IReadOnlyList<QuestionExample> questions) =>
        questions.FirstOrDefault(question => !values.ContainsKey(question.Id)) is { } missing
            ? throw new DataFormatException(path, 0, null, $"there is nothing of question '{missing.Id}', which stands in line {missing.Line} of the data")
            : values;

    private DataSet<T> OfEach<T>(DataSet<T> predictions, int count) => predictions.Count == count
        ? predictions
        : throw new DataFormatException(path, 0, null, $"there are {predictions.Count} predictions of {count} examples");
}
