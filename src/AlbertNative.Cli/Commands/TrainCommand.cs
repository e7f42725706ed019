using System.CommandLine;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary><c>albert train</c>: the tasks that a model can be trained for.</summary>
internal sealed class TrainCommand : Command
{
    public TrainCommand(Session session)
        : base("train", "Train a model for a task, on files of your own")
    {
        Add(new TrainTagCommand(session));
        Add(new TrainClassifyCommand(session));
        Add(new TrainAnswerCommand(session));
        Add(new TrainChooseCommand(session));
        Add(new TrainFillMaskCommand(session));
    }
}

/// <summary><c>albert train tag</c>: a label for each word.</summary>
internal sealed class TrainTagCommand : TrainTaskCommand
{
    private readonly Option<bool> _allPieces = new("--label-all-tokens") { Description = "All pieces of a word carry its tag, not only the first" };

    public TrainTagCommand(Session session)
        : base(session, "tag", "Tag words: names, parts of speech. Files: CoNLL's columns, CoNLL-U, JSON lines with \"tokens\" and \"tags\"") =>
        Add(_allPieces);

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        TrainingData<TaggedSentence> data = new(files, DataFiles.ReadTags);
        TaggingTask task = new(
            tokenizer, data.Train, data.Dev, files.MaxLength, parsed.GetValue(_allPieces) ? PieceLabels.All : PieceLabels.First, options.LabelSmoothing);
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary><c>albert train classify</c>: labels or numbers for each text or pair of texts.</summary>
internal sealed class TrainClassifyCommand : TrainTaskCommand
{
    private readonly DataOptionSet _columns;
    private readonly Option<ClassWeights> _weights = Choice.Of(
        "--class-weights", "Whether rare classes count more [default: none]", ("none", ClassWeights.None), ("balanced", ClassWeights.Balanced));
    private readonly Option<ProblemType?> _problem = Choice.Of<ProblemType?>(
        "--problem-type", "What a text has: one label, any number of labels, or numbers [default: one label, or any number where some text has none or several]",
        ("single_label_classification", ProblemType.SingleLabelClassification),
        ("multi_label_classification", ProblemType.MultiLabelClassification), ("regression", ProblemType.Regression));

    public TrainClassifyCommand(Session session)
        : base(session, "classify", "Classify texts or pairs of texts, or give them numbers. Files: CSV, TSV, JSON lines")
    {
        _columns = new(this, severalLabels: true);
        Add(_weights);
        Add(_problem);
    }

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        DataOptions columns = _columns.Value(parsed);
        TrainingData<LabelledText> data = new(files, path => DataFiles.ReadTexts(path, columns));
        bool balanced = parsed.GetValue(_weights) == ClassWeights.Balanced;
        ProblemType problem = parsed.GetValue(_problem)
            ?? (data.Train.Any(text => text.Labels.Count != 1) ? ProblemType.MultiLabelClassification : ProblemType.SingleLabelClassification);
        if (problem != ProblemType.SingleLabelClassification && (balanced || options.LabelSmoothing > 0))
            throw new BadInputException($"{(balanced ? "--class-weights" : "--label-smoothing")} is for one label of several, not for {(problem == ProblemType.Regression ? "numbers" : "any number of labels")}");
        if (balanced && options.LabelSmoothing > 0)
            throw new BadInputException("--label-smoothing and --class-weights exclude each other");
        SequenceTask task = problem switch
        {
            ProblemType.MultiLabelClassification => new MultiLabelTask(tokenizer, data.Train, data.Dev, files.MaxLength),
            ProblemType.Regression => new RegressionTask(tokenizer, data.Train, data.Dev, files.MaxLength),
            _ => new ClassificationTask(tokenizer, data.Train, data.Dev, files.MaxLength, options.LabelSmoothing, balanced),
        };
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary>What a class's examples count.</summary>
internal enum ClassWeights
{
    /// <summary>The same.</summary>
    None,

    /// <summary>The more the rarer the class is.</summary>
    Balanced,
}

/// <summary><c>albert train choose</c>: the right one of several choices.</summary>
internal sealed class TrainChooseCommand : TrainTaskCommand
{
    private readonly Option<Quoting?> _quoting = DataOptionSet.QuotingOption();

    public TrainChooseCommand(Session session)
        : base(
            session, "choose",
            "Pick the right one of several choices. Files: tables with SWAG's columns, JSON lines with \"text\", \"choices\" and \"label\"") =>
        Add(_quoting);

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        if (options.LabelSmoothing > 0)
            throw new BadInputException("--label-smoothing is not for choices");
        DataOptions columns = new() { Quoting = parsed.GetValue(_quoting) };
        TrainingData<ChoiceExample> data = new(files, path => DataFiles.ReadChoices(path, columns));
        ChoiceTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength);
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary><c>albert train answer</c>: answers within texts.</summary>
internal sealed class TrainAnswerCommand : TrainTaskCommand
{
    private readonly Option<int> _stride = new Option<int>("--doc-stride")
    {
        Description = "The tokens that the windows of a long text share [default: a quarter of --max-length]",
        HelpName = "N",
    };

    public TrainAnswerCommand(Session session)
        : base(session, "answer", "Answer questions with words of a text. Files: SQuAD's JSON, JSON lines with \"question\", \"context\" and \"answers\"") =>
        Add(_stride);

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        TrainingData<QuestionExample> data = new(files, DataFiles.ReadQuestions);
        int stride = parsed.GetValue(_stride) is int given and > 0 ? given : files.MaxLength / 4;
        AnsweringTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength, stride);
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary><c>albert train fill-mask</c>: more pre-training on texts of one's own.</summary>
internal sealed class TrainFillMaskCommand(Session session)
    : TrainTaskCommand(session, "fill-mask", "Learn a language's or a field's words: masked tokens of plain text. Files: a text a line")
{
    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options) =>
        files.Test is not null
            ? throw new BadInputException("--test is not for fill-mask: give the texts as --dev")
            : new PreparedRun(
                new MaskedLanguageTask(
                    tokenizer, DataFiles.ReadDocuments(files.Train), files.Dev is null ? null : DataFiles.ReadDocuments(files.Dev), files.MaxLength, options.Seed),
                null, []);
}
