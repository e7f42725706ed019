using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>What was predicted, of each kind of example: by a model, or in a file.</summary>
internal interface IPredictions
{
    IReadOnlyList<PredictedLabels> Labels(IReadOnlyList<LabelledText> texts);

    IReadOnlyList<double> Scores(IReadOnlyList<LabelledText> texts);

    IReadOnlyList<double> Similarities(IReadOnlyList<LabelledText> pairs);

    IReadOnlyList<PredictedChoice> Choices(IReadOnlyList<ChoiceExample> questions);

    IReadOnlyList<IReadOnlyList<string>> Tags(IReadOnlyList<TaggedSentence> sentences);

    /// <summary>Answers by id; how sure it is that there is none, or null; and above which of these "no answer" is still to be taken.</summary>
    (IReadOnlyDictionary<string, string> Answers, IReadOnlyDictionary<string, double>? NoAnswerScores, double Threshold) Answers(
        IReadOnlyList<QuestionExample> questions);
}
