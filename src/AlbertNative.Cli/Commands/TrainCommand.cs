using System.CommandLine;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary><c>albert train</c>: the tasks that a model can be trained for.</summary>
internal sealed class TrainCommand : Command
{
    public const string Word = "train";
    public const string Summary = "Train a model for a task, on files of your own";

    public TrainCommand(Session session)
        : base(Word, Summary)
    {
        Add(new TrainTagCommand(session));
        Add(new TrainClassifyCommand(session));
        Add(new TrainAnswerCommand(session));
        Add(new TrainChooseCommand(session));
        Add(new TrainFillMaskCommand(session));
        Add(new TrainPretrainCommand(session));
        Add(new TrainEmbedCommand(session));
    }
}

/// <summary><c>albert train tag</c>: a label for each word.</summary>
internal sealed class TrainTagCommand : TrainTaskCommand
{
    private readonly Option<bool> _allPieces = new("--label-all-tokens") { Description = "All pieces of a word carry its tag, not only the first" };
    private readonly Option<bool> _crf = new("--crf") { Description = "A linear-chain CRF judges the tags of a sentence together" };
    private readonly Option<bool> _dropCutWords = new("--drop-cut-words") { Description = "Words beyond --max-length are left out of the figures, as in run_ner [default: they count as O]" };

    public TrainTagCommand(Session session)
        : base(session, "tag", "Tag words: names, parts of speech. Files: CoNLL's columns, CoNLL-U, JSON lines with \"tokens\" and \"tags\"")
    {
        Add(_allPieces);
        Add(_crf);
        Add(_dropCutWords);
    }

    protected override bool SmoothsLabels => true;

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        bool allPieces = parsed.GetValue(_allPieces), crf = parsed.GetValue(_crf);
        if (crf && (allPieces || options.LabelSmoothing > 0))
            throw new BadInputException($"--crf is not for {(allPieces ? "--label-all-tokens: its chain is one of words" : "--label-smoothing")}");
        TrainingData<TaggedSentence> data = new(files, options, DataFiles.ReadTags);
        TaggingTask task = new(
            tokenizer, data.Train, data.Dev, files.MaxLength, allPieces ? PieceLabels.All : PieceLabels.First, options.LabelSmoothing, crf,
            parsed.GetValue(_dropCutWords), files.Model.ReadConfig().Labels);
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

    private readonly Option<bool> _regression = new("--regression") { Description = "--problem-type regression: the labels are numbers" };

    public TrainClassifyCommand(Session session)
        : base(session, "classify", "Classify texts or pairs of texts, or give them numbers. Files: CSV, TSV, JSON lines")
    {
        _columns = new(this, severalLabels: true);
        Add(_weights);
        Add(_problem);
        Add(_regression);
        Validators.Add(result =>
        {
            if (result.GetValue(_regression) && result.GetResult(_problem) is not null)
                result.AddError("--regression and --problem-type exclude each other");
        });
    }

    protected override bool SmoothsLabels => true;

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        DataOptions columns = _columns.Value(parsed);
        TrainingData<LabelledText> data = new(files, options, path => DataFiles.ReadTexts(path, columns), text => string.Join('\n', text.Labels));
        bool balanced = parsed.GetValue(_weights) == ClassWeights.Balanced;
        ProblemType problem = parsed.GetValue(_regression) ? ProblemType.Regression : parsed.GetValue(_problem)
            ?? (data.Train.Any(text => text.Labels.Count != 1) ? ProblemType.MultiLabelClassification : ProblemType.SingleLabelClassification);
        if (problem != ProblemType.SingleLabelClassification && (balanced || options.LabelSmoothing > 0))
            throw new BadInputException($"{(balanced ? "--class-weights" : "--label-smoothing")} is for one label of several, not for {(problem == ProblemType.Regression ? "numbers" : "any number of labels")}");
        if (balanced && options.LabelSmoothing > 0)
            throw new BadInputException("--label-smoothing and --class-weights exclude each other");
        SequenceTask task = problem switch
        {
            ProblemType.MultiLabelClassification => new MultiLabelTask(tokenizer, data.Train, data.Dev, files.MaxLength, files.Model.ReadConfig().Labels),
            ProblemType.Regression => new RegressionTask(tokenizer, data.Train, data.Dev, files.MaxLength),
            _ => new ClassificationTask(tokenizer, data.Train, data.Dev, files.MaxLength, options.LabelSmoothing, balanced, files.Model.ReadConfig().Labels),
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
        DataOptions columns = new() { Quoting = parsed.GetValue(_quoting) };
        TrainingData<ChoiceExample> data = new(files, options, path => DataFiles.ReadChoices(path, columns));
        ChoiceTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength);
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary><c>albert train answer</c>: answers within texts.</summary>
internal sealed class TrainAnswerCommand : TrainTaskCommand
{
    private readonly Option<int> _stride = new Option<int>("--doc-stride")
    {
        Description = "The tokens that the windows of a long text share [default: a third of --max-length]",
        HelpName = "N",
    };

    public TrainAnswerCommand(Session session)
        : base(session, "answer", "Answer questions with words of a text. Files: SQuAD's JSON, JSON lines with \"question\", \"context\" and \"answers\"") =>
        Add(_stride);

    protected override int DefaultLength => 384;

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        TrainingData<QuestionExample> data = new(files, options, DataFiles.ReadQuestions);
        int stride = parsed.GetValue(_stride) is int given and > 0 ? given : files.MaxLength / 3;
        AnsweringTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength, stride);
        return data.Prepare(task, task.Add, SharedExamples.Find);
    }
}

/// <summary><c>albert train fill-mask</c>: more pre-training on texts of one's own.</summary>
internal sealed class TrainFillMaskCommand : TrainTextCommand
{
    private readonly Option<bool> _lineByLine = new("--line-by-line") { Description = "Each line is an example of its own [default: lines are joined and cut into blocks of --max-length]" };
    private readonly Option<double?> _probability = TrainingOptionSet.Number("--mlm-probability", "The share of tokens that are hidden [default: 0.15]");

    public TrainFillMaskCommand(Session session)
        : base(session, "fill-mask", "Learn a language's or a field's words: masked tokens of plain text. Files: a text a line")
    {
        Add(_lineByLine);
        Add(_probability);
        Validators.Add(result =>
        {
            if (result.GetValue(_probability) is double share && !(share is > 0 and < 1))
                result.AddError("--mlm-probability: expected a share above 0, below 1");
        });
    }

    protected override int DefaultLength => 1024;

    /// <summary>By lines, so that <c>--dev 10%</c> is a share of them, as in <c>run_mlm</c>; where documents end makes no difference.</summary>
    protected override DataSet<TextDocument> Read(string path) => DataFiles.ReadLines(path);

    protected override TrainingTask Prepare(
        ParseResult parsed, Tokenization.Tokenizer tokenizer, DataSet<TextDocument> train, DataSet<TextDocument>? dev, int maxLength, long seed) =>
        new MaskedLanguageTask(tokenizer, train, dev, maxLength, seed, parsed.GetValue(_lineByLine), parsed.GetValue(_probability) ?? 0.15);
}

/// <summary><c>albert train pretrain</c>: ALBERT's own pre-training.</summary>
internal sealed class TrainPretrainCommand(Session session)
    : TrainTextCommand(
        session, "pretrain",
        "Pre-train an ALBERT: words in n-grams, and the order of segments. Files: plain text, a blank line between documents")
{
    protected override int DefaultLength => 512;

    protected override DataSet<TextDocument> Read(string path) => DataFiles.ReadDocuments(path);

    protected override TrainingTask Prepare(
        ParseResult parsed, Tokenization.Tokenizer tokenizer, DataSet<TextDocument> train, DataSet<TextDocument>? dev, int maxLength, long seed) =>
        new PreTrainingTask(tokenizer, train, dev, maxLength, seed);
}

/// <summary>What is learnt from plain text.</summary>
internal abstract class TrainTextCommand(Session session, string name, string description) : TrainTaskCommand(session, name, description)
{
    /// <summary>Reads a file of texts.</summary>
    protected abstract DataSet<TextDocument> Read(string path);

    protected abstract TrainingTask Prepare(
        ParseResult parsed, Tokenization.Tokenizer tokenizer, DataSet<TextDocument> train, DataSet<TextDocument>? dev, int maxLength, long seed);

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        if (files.Test is not null)
            throw new BadInputException($"--test is not for {Name}: give the texts as --dev");
        TrainingData<TextDocument> data = new(files, options, Read);
        return new PreparedRun(Prepare(parsed, tokenizer, data.Train, data.Dev, files.MaxLength, options.Seed), null, data.Train.Notes);
    }
}

/// <summary><c>albert train embed</c>: vectors of sentences.</summary>
internal sealed class TrainEmbedCommand : TrainTaskCommand
{
    private readonly DataOptionSet _columns;
    private readonly Option<EmbeddingLoss> _loss = Choice.Of(
        "--loss", "What is learnt by: finding the own second text among a batch's, or the scores of pairs [default: ranking]",
        ("ranking", EmbeddingLoss.Ranking), ("cosine", EmbeddingLoss.Cosine));
    private readonly Option<Pooling?> _pooling = Choice.Of<Pooling?>(
        "--pooling", "How tokens become a vector [default: as the model's files say, else mean]",
        ("mean", Pooling.Mean), ("cls", Pooling.Cls), ("max", Pooling.Max));
    private readonly Option<string[]> _negatives = new("--negative-column")
    {
        Description = "A column of texts that do not belong to the first, as often as there are [default: negative]",
        HelpName = "COLUMN",
    };
    private readonly Option<double?> _scale = TrainingOptionSet.Number("--scale", "What cosines are multiplied by in ranking [default: 20]");
    private readonly Option<double?> _largest = TrainingOptionSet.Number("--largest-score", "What scores are divided by for --loss cosine: 5 for those of STS [default: 1]");

    public TrainEmbedCommand(Session session)
        : base(session, "embed", "Make vectors of sentences that are near each other where texts belong together. Files: CSV, TSV, JSON lines with two texts, and perhaps a score")
    {
        _columns = new(this, severalLabels: false);
        foreach (Option option in (ReadOnlySpan<Option>)[_loss, _pooling, _negatives, _scale, _largest])
            Add(option);
    }

    protected override PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options)
    {
        DataOptions columns = _columns.Value(parsed);
        string[] negatives = parsed.GetValue(_negatives) ?? [];
        EmbeddingTaskOptions defaults = new();
        EmbeddingTaskOptions asked = new()
        {
            Loss = parsed.GetValue(_loss),
            Pooling = parsed.GetValue(_pooling) ?? EmbeddingTask.PoolingOf(files.Model),
            Scale = Above0(_scale) ?? defaults.Scale,
            LargestScore = Above0(_largest) ?? defaults.LargestScore,
        };
        TrainingData<TextPair> data = new(files, options, path => DataFiles.ReadPairs(path, columns, negatives));
        EmbeddingTask task = new(tokenizer, data.Train, data.Dev, files.MaxLength, asked);
        return data.Prepare(task, task.Add, SharedExamples.Find);

        double? Above0(Option<double?> option) => parsed.GetValue(option) is double value && !(value > 0 && double.IsFinite(value))
            ? throw new BadInputException($"{option.Name}: expected a number above 0")
            : parsed.GetValue(option);
    }
}
