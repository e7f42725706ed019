using System.Globalization;
using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>The examples of one file, whatever the task, and the judgement of predictions of them.</summary>
internal sealed class EvaluationData
{
    private DataSet<LabelledText>? _texts;
    private DataSet<TaggedSentence>? _sentences;
    private DataSet<QuestionExample>? _questions;
    private DataSet<ChoiceExample>? _choices;

    private EvaluationData(EvaluationTask task) => Task = task;

    public EvaluationTask Task { get; }

    /// <summary>The documents of the pre-training task.</summary>
    public IReadOnlyList<TextDocument> Documents { get; private set; } = [];

    public int Count => _texts?.Count ?? _sentences?.Count ?? _questions?.Count ?? _choices?.Count ?? Documents.Count;

    /// <summary>How the file was understood.</summary>
    public IReadOnlyList<string> Notes => _texts?.Notes ?? _sentences?.Notes ?? _choices?.Notes ?? [];

    public static EvaluationData Read(string path, EvaluationTask task, DataOptions options)
    {
        EvaluationData data = new(task);
        switch (task)
        {
            case EvaluationTask.Tag:
                data._sentences = DataFiles.ReadTags(path);
                break;
            case EvaluationTask.Answer:
                data._questions = DataFiles.ReadQuestions(path);
                break;
            case EvaluationTask.Choose:
                data._choices = DataFiles.ReadChoices(path, options);
                break;
            case EvaluationTask.Pretrain:
                data.Documents = DataFiles.ReadDocuments(path);
                break;
            default:
                data._texts = DataFiles.ReadTexts(path, options);
                break;
        }
        if (task == EvaluationTask.Similarity && data._texts!.FirstOrDefault(text => text.Pair is null) is { } single)
            throw new DataFormatException(path, single.Line, null, "a pair of texts was expected: name its columns");
        return data;
    }

    /// <summary>Judges predictions.</summary>
    /// <param name="predictions">They.</param>
    /// <param name="positiveLabel">The label that <c>f1</c> is of; null for the usual one.</param>
    /// <param name="strictScheme">The scheme that <c>f1_strict</c> is of; null for the one that the tags show.</param>
    /// <param name="labels">All labels of texts, to enter the means even where they do not occur; null for those that occur.</param>
    public EvaluationSummary Judge(IPredictions predictions, string? positiveLabel, TagScheme? strictScheme, IReadOnlyList<string>? labels = null) => Task switch
    {
        EvaluationTask.Classify => LabelEvaluation.Of(_texts!, predictions.Labels(_texts!), labels, positiveLabel, bootstrap: true),
        EvaluationTask.Regress => ScoreEvaluation.Of(_texts!, Numbers(), predictions.Scores(_texts!), similarity: false, bootstrap: true),
        EvaluationTask.Similarity => ScoreEvaluation.Of(_texts!, Numbers(), predictions.Similarities(_texts!), similarity: true, bootstrap: true),
        EvaluationTask.Tag => TagEvaluation.Of(_sentences!, predictions.Tags(_sentences!), bootstrap: true, strictScheme),
        EvaluationTask.Choose => ChoiceEvaluation.Of(_choices!, predictions.Choices(_choices!), bootstrap: true),
        EvaluationTask.Answer => Answers(predictions),
        _ => throw new InvalidOperationException($"{Task} has no predictions."),
    };

    /// <summary>The examples that also stand in another file.</summary>
    public IReadOnlyList<SharedExample> SharedWith(string path, DataOptions options) => Task switch
    {
        EvaluationTask.Tag => SharedExamples.Find(DataFiles.ReadTags(path), _sentences!),
        EvaluationTask.Answer => SharedExamples.Find(DataFiles.ReadQuestions(path), _questions!),
        EvaluationTask.Choose => SharedExamples.Find(DataFiles.ReadChoices(path, options), _choices!),
        EvaluationTask.Pretrain => throw new BadInputException("--train: documents are not compared"),
        _ => SharedExamples.Find(DataFiles.ReadTexts(path, options), _texts!),
    };

    private EvaluationSummary Answers(IPredictions predictions)
    {
        (IReadOnlyDictionary<string, string> answers, IReadOnlyDictionary<string, double>? scores, double threshold) = predictions.Answers(_questions!);
        return AnswerEvaluation.Of(_questions!, answers, scores, threshold, bootstrap: true);
    }

    private double[] Numbers() =>
    [
        .. _texts!.Select(text => text.Labels is [string label]
            && double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw new DataFormatException(_texts!.Path, text.Line, "label", $"'{string.Join(", ", text.Labels)}' is no number")),
    ];
}
