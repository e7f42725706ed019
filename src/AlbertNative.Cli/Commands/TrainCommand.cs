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
        DataSet<TaggedSentence> train = DataFiles.ReadTags(files.Train);
        DataSet<TaggedSentence>? dev = files.Dev is null ? null : DataFiles.ReadTags(files.Dev);
        DataSet<TaggedSentence>? test = files.Test is null ? null : DataFiles.ReadTags(files.Test);
        TaggingTask task = new(
            tokenizer, train, dev, files.MaxLength, parsed.GetValue(_allPieces) ? PieceLabels.All : PieceLabels.First, options.LabelSmoothing);
        List<string> notes = [.. train.Notes];
        AddShared(notes, "dev", dev is null ? [] : SharedExamples.Find(train, dev));
        AddShared(notes, "test", test is null ? [] : SharedExamples.Find(train, test));
        return new PreparedRun(task, test is null ? null : task.Add(test), notes);
    }
}

/// <summary><c>albert train classify</c>: a label for each text or pair of texts.</summary>
internal sealed class TrainClassifyCommand : TrainTaskCommand
{
    private readonly Option<string?> _text = new("--text-column") { Description = "The column of the text [default: text, sentence, sentence1, premise or comment]", HelpName = "NAME" };
    private readonly Option<string?> _pair = new("--pair-column") { Description = "The column of a pair's second text [default: sentence2 or hypothesis]", HelpName = "NAME" };
    private readonly Option<string?> _label = new("--label-column") { Description = "The column of the label [default: label or labels]", HelpName = "NAME" };
    private readonly Option<bool> _noHeader = new("--no-header") { Description = "The first line is an example; columns are named 1, 2, …" };
    private readonly Option<Quoting?> _quoting = Choice.Of<Quoting?>(
        "--quoting", "What quotation marks mean between tabs", ("none", Quoting.None), ("csv", Quoting.Csv));
    private readonly Option<bool> _balanced = Choice.Of(
        "--class-weights", "Whether rare classes count more [default: none]", ("none", false), ("balanced", true));

    public TrainClassifyCommand(Session session)
        : base(session, "classify", "Classify texts or pairs of texts. Files: CSV, TSV, JSON lines")
    {
        Add(_text);
        Add(_pair);
        Add(_label);
        Add(_noHeader);
        Add(_quoting);
        Add(_balanced);
    }

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        DataOptions columns = new()
        {
            TextColumn = parsed.GetValue(_text),
            PairColumn = parsed.GetValue(_pair),
            LabelColumns = parsed.GetValue(_label) is string label ? [label] : [],
            HasHeader = !parsed.GetValue(_noHeader),
            Quoting = parsed.GetValue(_quoting),
        };
        DataSet<LabelledText> train = DataFiles.ReadTexts(files.Train, columns);
        DataSet<LabelledText>? dev = files.Dev is null ? null : DataFiles.ReadTexts(files.Dev, columns);
        DataSet<LabelledText>? test = files.Test is null ? null : DataFiles.ReadTexts(files.Test, columns);
        ClassificationTask task = new(tokenizer, train, dev, files.MaxLength, options.LabelSmoothing, parsed.GetValue(_balanced));
        List<string> notes = [.. train.Notes];
        AddShared(notes, "dev", dev is null ? [] : SharedExamples.Find(train, dev));
        AddShared(notes, "test", test is null ? [] : SharedExamples.Find(train, test));
        return new PreparedRun(task, test is null ? null : task.Add(test), notes);
    }
}
