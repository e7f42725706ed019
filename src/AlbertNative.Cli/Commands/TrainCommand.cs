using System.CommandLine;
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

/// <summary><c>albert train classify</c>: a label for each text or pair of texts.</summary>
internal sealed class TrainClassifyCommand : TrainTaskCommand
{
    private readonly DataOptionSet _columns;
    private readonly Option<bool> _balanced = Choice.Of(
        "--class-weights", "Whether rare classes count more [default: none]", ("none", false), ("balanced", true));

    public TrainClassifyCommand(Session session)
        : base(session, "classify", "Classify texts or pairs of texts. Files: CSV, TSV, JSON lines")
    {
        _columns = new(this, severalLabels: false);
        Add(_balanced);
    }

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        DataOptions columns = _columns.Value(parsed);
        TrainingData<LabelledText> data = new(files, path => DataFiles.ReadTexts(path, columns));
        ClassificationTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength, options.LabelSmoothing, parsed.GetValue(_balanced));
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
