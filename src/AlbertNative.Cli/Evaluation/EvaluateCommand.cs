using System.CommandLine;
using System.CommandLine.Parsing;
using AlbertNative.Evaluation;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary><c>albert evaluate</c>: how good a model is, or predictions that some model left in a file.</summary>
internal sealed class EvaluateCommand : Command
{
    public const string Word = "evaluate";
    public const string Summary = "Say how good a model is, or the predictions in a file";

    private readonly Session _session;
    private readonly ModelOptionSet _model;
    private readonly DataOptionSet _columns;
    private readonly OutputOptions _output;
    private readonly Option<string> _data = new("--data") { Description = "The examples, with what is right", HelpName = "FILE", Required = true };
    private readonly Option<EvaluationTask?> _task = Choice.Of<EvaluationTask?>(
        "--task", "What is judged [default: by the file's ending: tag for .conll and .conllu, answer for .json, classify for .csv, .tsv and .jsonl]",
        ("classify", EvaluationTask.Classify), ("regress", EvaluationTask.Regress), ("tag", EvaluationTask.Tag),
        ("answer", EvaluationTask.Answer), ("choose", EvaluationTask.Choose), ("similarity", EvaluationTask.Similarity), ("pretrain", EvaluationTask.Pretrain));
    private readonly Option<string?> _predictions = File("--predictions", "Judge these predictions instead of a model's");
    private readonly Option<string?> _noAnswerScores = File("--no-answer-scores", "For answers in a file: how sure it is that a question has none, by id");
    private readonly Option<double?> _noAnswerThreshold = new("--no-answer-threshold")
    {
        Description = "Above this score \"no answer\" is taken [default: 0 for a model, none for a file]",
        HelpName = "NUMBER",
    };
    private readonly Option<string?> _train = File("--train", "Also count the examples that stand in this file, which the model has learnt from");
    private readonly Option<string?> _positive = new("--positive-label") { Description = "The label that f1 is of, where there are two [default: 1]", HelpName = "LABEL" };
    private readonly Option<bool> _allLabels = new("--all-labels") { Description = "Labels of the model that are neither right nor predicted anywhere count as 0 in the means, too" };
    private readonly Option<TagScheme?> _scheme = TagCommand.SchemeOption();
    private readonly Option<TagScheme?> _strictScheme = Choice.Of<TagScheme?>(
        "--strict-scheme", "What entities have to follow to count in f1_strict [default: the scheme that the tags show]",
        [.. Enum.GetValues<TagScheme>().Select(scheme => (scheme.ToString().ToLowerInvariant(), (TagScheme?)scheme))]);
    private readonly Option<uint> _seed = new("--seed")
    {
        Description = "What masks are drawn from [default: 42]",
        HelpName = "N",
        DefaultValueFactory = _ => 42,
    };
    private readonly Option<string?> _report = File("--report", "Draw the confusion matrix into this file (.svg)");

    public EvaluateCommand(Session session)
        : base(Word, Summary)
    {
        _session = session;
        Add(_data);
        Add(_task);
        Add(_predictions);
        _model = new(this, DefaultModel.Nano);
        _columns = new(this, severalLabels: true);
        foreach (Option option in (Option[])[_train, _positive, _allLabels, _noAnswerScores, _noAnswerThreshold, _scheme, _strictScheme, _seed, _report])
            Add(option);
        _output = new(this);
        Validators.Add(Validate);
        SetAction(Execute);
    }

    private int Execute(ParseResult parsed)
    {
        string path = parsed.GetValue(_data)!;
        EvaluationData data = EvaluationData.Read(path, parsed.GetValue(_task) ?? TaskOf(path)!.Value, _columns.Value(parsed));
        EvaluationSummary summary = parsed.GetValue(_predictions) is { } file
            ? data.Judge(new PredictionsInFile(file, parsed.GetValue(_noAnswerScores), parsed.GetValue(_noAnswerThreshold)), parsed.GetValue(_positive), parsed.GetValue(_strictScheme))
            : JudgeModel(parsed, data);
        summary = summary with { Notes = [.. data.Notes, .. Overlap(parsed, data), .. summary.Notes] };
        if (parsed.GetValue(_report) is { } report)
            Draw(summary, report);
        Terminal terminal = _session.Terminal;
        if (terminal.OutputIsTerminal && !_output.IsJson(parsed))
        {
            using StreamWriter writer = new(terminal.Output, Terminal.Utf8, leaveOpen: true);
            SummaryText.Write(new CleanOutput.Writer(writer), summary);
        }
        else
        {
            using JsonLinesWriter<string, EvaluationSummary> writer = new(terminal.Output, (json, _, judged) => SummaryJson.Write(json, judged));
            writer.Write(path, summary, record: null);
            writer.Complete();
        }
        return ExitCode.Success;
    }

    private EvaluationSummary JudgeModel(ParseResult parsed, EvaluationData data)
    {
        using TextModel model = _model.Open(parsed, _session);
        PredictionsOfModel predictions = new(model, _model.Value(parsed), parsed.GetValue(_noAnswerThreshold) ?? 0, parsed.GetValue(_scheme), _session.Cancellation);
        return data.Task == EvaluationTask.Pretrain
            ? PreTrainingEvaluation.Of(model, data.Documents, _model.Value(parsed).MaxLength, parsed.GetValue(_seed), _session.Cancellation)
            : data.Judge(predictions, parsed.GetValue(_positive), parsed.GetValue(_strictScheme), parsed.GetValue(_allLabels) ? model.Config.Labels : null);
    }

    private IEnumerable<string> Overlap(ParseResult parsed, EvaluationData data)
    {
        if (parsed.GetValue(_train) is not { } path)
            return [];
        IReadOnlyList<SharedExample> shared = data.SharedWith(path, _columns.Value(parsed));
        if (shared.Count == 0)
            return [$"No example stands in {path}."];
        SharedExample first = shared[0];
        return
        [
            $"{shared.Count} of {data.Count} examples also stand in {path}: the figures are too good by what a model remembers."
            + $" The first is line {first.Line}, there line {first.TrainLine}.",
        ];
    }

    private static void Draw(EvaluationSummary summary, string path)
    {
        if (summary.Confusion is not { } confusion)
            throw new BadInputException("--report: this task has no confusion matrix");
        using OutputFile file = new(path);
        file.Stream.Write(Terminal.Utf8.GetBytes(ConfusionChart.Draw(confusion)));
        file.Complete();
    }

    /// <summary>The task that a file's ending stands for; null where it could be of several.</summary>
    private static EvaluationTask? TaskOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CONLL" or ".CONLLU" => EvaluationTask.Tag,
        ".JSON" => EvaluationTask.Answer,
        ".CSV" or ".TSV" or ".JSONL" => EvaluationTask.Classify,
        _ => null,
    };

    private void Validate(CommandResult command)
    {
        if (command.GetResult(_data) is null)
            return;
        string path = command.GetValue(_data) ?? "";
        EvaluationTask? task = command.GetValue(_task) ?? TaskOf(path);
        if (task is null)
            command.AddError($"--task: {path} could be of several tasks; name one");
        if (command.GetValue(_predictions) is not null && task == EvaluationTask.Pretrain)
            command.AddError("--predictions: what a model guesses for masks is not read from a file");
        if (command.GetValue(_scheme) is not null && (command.GetValue(_predictions) is not null || task != EvaluationTask.Tag))
            command.AddError("--scheme is for a model that tags");
        if (command.GetValue(_strictScheme) is not null && task != EvaluationTask.Tag)
            command.AddError("--strict-scheme is for tags");
        if (command.GetValue(_allLabels) && (command.GetValue(_predictions) is not null || task != EvaluationTask.Classify))
            command.AddError("--all-labels is for a model that classifies");
        if (command.GetValue(_noAnswerScores) is not null && command.GetValue(_predictions) is null)
            command.AddError("--no-answer-scores is for --predictions");
        if (command.GetValue(_noAnswerThreshold) is not null && task != EvaluationTask.Answer)
            command.AddError("--no-answer-threshold is for answers");
        if (command.GetValue(_predictions) is not null && _model.FirstGiven(command) is string option)
            command.AddError($"{option} is for a model, not for --predictions");
        if (command.GetResult(_seed) is { Implicit: false } && task != EvaluationTask.Pretrain)
            command.AddError("--seed is for --task pretrain: nothing else is drawn at random");
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };
}
