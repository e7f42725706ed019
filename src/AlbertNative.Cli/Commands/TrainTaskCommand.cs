using System.CommandLine;
using AlbertNative.Evaluation;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>The files of a run, and the longest sequence.</summary>
internal sealed record TrainingFiles(ModelFiles Model, string Train, string? Dev, string? Test, int MaxLength);

/// <summary>A task with its data, what is judged at the end, and what a person should know about the data.</summary>
internal sealed record PreparedRun(TrainingTask Task, PreparedExamples? Test, IReadOnlyList<string> Notes);

/// <summary>What the commands of <c>albert train</c> share: the options under Hugging Face's names, the run, and what is shown of it.</summary>
internal abstract class TrainTaskCommand : Command
{
    /// <summary>Updates that are timed for an estimate, after one during which code is still compiled.</summary>
    private const int TimedUpdates = 5;

    private readonly Session _session;
    private readonly Option<string?> _model = new("--model", "--model-name-or-path") { Description = "The model to begin with [default: albert-nano]", HelpName = "MODEL" };
    private readonly Option<bool> _random = new("--random-weights") { Description = "Begin with random weights; of the model only its sizes and its tokenizer are taken" };
    private readonly Option<string?> _config = new("--config") { Description = "The config.json of a new model, whose weights are random and whose tokenizer is the model's", HelpName = "FILE" };
    private readonly Option<string> _train = new("--train", "--train-file") { Description = "What is learnt from", HelpName = "FILE", Required = true };
    private readonly Option<string?> _dev = new("--dev", "--validation-file") { Description = "What each epoch is judged by: a file, or a share of --train such as 10%", HelpName = "FILE" };
    private readonly Option<string?> _test = new("--test", "--test-file") { Description = "What the result is judged by", HelpName = "FILE" };
    private readonly Option<string?> _output = new("--output", "--output-dir") { Description = "The directory to write", HelpName = "DIR" };
    private readonly Option<int?> _maxLength;
    private readonly Option<bool> _lastModel = new("--last-model") { Description = "The result is the last model, not the best" };
    private readonly Option<bool> _loadBest = new("--load-best-model-at-end") { Description = "The result is the best model, with --hf-defaults too" };
    private readonly Option<string?> _resume = new("--resume", "--resume-from-checkpoint")
    {
        Description = "Go on, bit for bit, from a checkpoint, or from the last one of a run [default of DIR: --output]",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check all data, say how long it would take, and write nothing" };
    private readonly Option<bool> _json = new("--json") { Description = "Write an object a line to standard output for all that happens" };
    private readonly TrainingOptionSet _options;

    protected TrainTaskCommand(Session session, string name, string description)
        : base(name, description)
    {
        _session = session;
        _maxLength = TrainingOptionSet.Whole("--max-length", FormattableString.Invariant($"The longest sequence in tokens [default: {DefaultLength}]"), "--max-seq-length");
        foreach (Option option in (ReadOnlySpan<Option>)
            [_model, _random, _config, _train, _dev, _test, _output, _maxLength, _lastModel, _loadBest, _resume, _dryRun, _json])
        {
            Add(option);
        }
        _options = new(this);
        Validators.Add(result =>
        {
            if (!result.GetValue(_dryRun) && result.GetValue(_output) is null)
                result.AddError("--output is missing: the directory to write");
            if (result.GetValue(_lastModel) && result.GetValue(_loadBest))
                result.AddError("--last-model and --load-best-model-at-end exclude each other");
        });
        SetAction(Execute);
    }

    /// <summary>The longest sequence where that is not said, as far as the model has positions.</summary>
    protected virtual int DefaultLength => 128;

    /// <summary>Whether labels can be smoothed.</summary>
    protected virtual bool SmoothsLabels => false;

    /// <summary>Reads the files and prepares what is in them.</summary>
    protected abstract PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options);

    private int Execute(ParseResult parsed)
    {
        TrainingOptions options = _options.Read(parsed);
        if (parsed.GetValue(_lastModel) || parsed.GetValue(_loadBest))
            options = options with { LoadBestModelAtEnd = parsed.GetValue(_loadBest) };
        if (options is { LoadBestModelAtEnd: true, Metric: null } && _options.IsHuggingFace(parsed) && parsed.GetValue(_dev) is not null)
            options = options with { Metric = "loss" };
        options.Validate();
        if (options.LabelSmoothing > 0 && !SmoothsLabels)
            throw new BadInputException($"--label-smoothing is not for {Name}");
        using ModelFiles files = ModelFiles.Open(ModelPath.Of(parsed.GetValue(_model), _session));
        ModelConfig? newModel = NewModel(parsed, files);
        int positions = (newModel ?? files.ReadConfig()).MaxPositionCount, longest = parsed.GetValue(_maxLength) ?? Math.Min(DefaultLength, positions);
        if (longest > positions || longest < 3)
            throw new BadInputException($"--max-length is {longest}, expected from 3 to the model's {positions} positions");
        Tokenization.Tokenizer tokenizer = TrainingTokenizer.Load(files, options);
        if (newModel is not null && newModel.VocabularySize < tokenizer.VocabularySize)
            throw new BadInputException(FormattableString.Invariant($"--config: the new model has {newModel.VocabularySize} words, the tokenizer {tokenizer.VocabularySize}"));
        PreparedRun run = Prepare(
            parsed, tokenizer, new TrainingFiles(files, parsed.GetRequiredValue(_train), parsed.GetValue(_dev), parsed.GetValue(_test), longest), options);
        using FineTuning tuning = new(files, run.Task, options, newModel);
        using TrainingDisplay display = TrainingDisplay.Create(_session.Terminal, parsed.GetValue(_json));
        display.Begin(tuning, DataDescription.Of(run.Task, [.. run.Notes, .. TrainingOptionSet.Notes(options)]));
        if (parsed.GetValue(_dryRun))
        {
            display.Estimate(Estimate(run, tuning, options));
            return ExitCode.Success;
        }
        return Train(parsed, run, tuning, options, display);
    }

    /// <summary>The sizes of a model whose weights begin at random; null where the model's own are trained.</summary>
    private ModelConfig? NewModel(ParseResult parsed, ModelFiles files) => parsed.GetValue(_config) is string path
        ? ModelConfig.Load(path)
        : parsed.GetValue(_random) ? files.ReadConfig() : null;

    private int Train(ParseResult parsed, PreparedRun run, FineTuning tuning, TrainingOptions options, TrainingDisplay display)
    {
        string output = parsed.GetValue(_output)!;
        string? resumeFrom = parsed.GetResult(_resume) is null ? null : parsed.GetValue(_resume) ?? output;
        TrainingEvents events = new()
        {
            Updated = display.Update,
            Logged = display.Log,
            Evaluated = evaluation =>
            {
                display.Evaluate(evaluation);
                return true;
            },
            Saved = display.Save,
        };
        TrainingSummary summary = tuning.Run(output, resumeFrom, events, _session.Cancellation);
        if (summary.End != TrainingEnd.Cancelled)
            Judge(run, tuning, summary, options, output, display);
        display.End(summary, output);
        return summary.End == TrainingEnd.Cancelled ? ExitCode.Interrupted : ExitCode.Success;
    }

    /// <summary>The result's scores, its worst errors and its confusion matrix: on the test set, or without one on the development set.</summary>
    private static void Judge(PreparedRun run, FineTuning tuning, TrainingSummary summary, TrainingOptions options, string output, TrainingDisplay display)
    {
        if (run.Test is null && summary.Evaluations.Count == 0)
            return;
        // The best model of a run that was gone on with may have been judged before that.
        TrainingEvaluation? judgedBefore = options.LoadBestModelAtEnd ? summary.Best : summary.Evaluations[^1];
        TaskScores scores = run.Test is not null ? tuning.Evaluate(run.Test) : judgedBefore?.Scores ?? tuning.Evaluate(run.Task.Dev!);
        display.Judge(run.Test is null ? "dev" : "test", scores);
        if (scores.Summary?.Confusion is { } confusion)
            WriteChart(Path.Combine(output, "confusion.svg"), confusion);
    }

    private static void WriteChart(string path, ConfusionMatrix confusion)
    {
        using OutputFile file = new(path);
        file.Stream.Write(Terminal.Utf8.GetBytes(ConfusionChart.Draw(confusion)));
        file.Complete();
    }

    /// <summary>A few updates are timed; nothing of them is kept.</summary>
    private TrainingEstimate Estimate(PreparedRun run, FineTuning tuning, TrainingOptions options)
    {
        Trainer trainer = new(tuning.Model, run.Task.Train, options with { MaxSteps = Math.Min(1 + TimedUpdates, tuning.Updates) }, run.Task.Trains);
        TimeSpan timed = TimeSpan.Zero;
        int tokens = 0;
        while (trainer.Done < trainer.Updates)
        {
            TrainingStep step = trainer.Step(_session.Cancellation);
            if (step.Number > 1 || trainer.Updates == 1)
                (timed, tokens) = (timed + step.Elapsed, tokens + step.Tokens);
        }
        long all = 0;
        for (int example = 0; example < run.Task.Train.Count; example++)
            all += run.Task.Train.TokensOf(example);
        double speed = tokens / timed.TotalSeconds;
        TimeSpan duration = TimeSpan.FromSeconds((double)all * tuning.Updates / tuning.UpdatesPerEpoch / speed);
        return new TrainingEstimate(all, speed, duration, Environment.WorkingSet, 4L * sizeof(float) * tuning.Model.Layout.Length);
    }
}
