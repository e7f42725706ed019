using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>The files of a run, and the longest sequence.</summary>
internal sealed record TrainingFiles(string Train, string? Dev, string? Test, int MaxLength);

/// <summary>A task with its data, what is judged at the end, and what a person should know about the data.</summary>
internal sealed record PreparedRun(TrainingTask Task, PreparedExamples? Test, IReadOnlyList<string> Notes);

/// <summary>What the commands of <c>albert train</c> share: the options under Hugging Face's names, the run, and what is shown of it.</summary>
internal abstract class TrainTaskCommand : Command
{
    /// <summary>Updates that are timed for an estimate.</summary>
    private const int TimedUpdates = 5;

    private readonly Session _session;
    private readonly Option<string?> _model = new("--model") { Description = "The model to begin with [default: albert-nano]", HelpName = "MODEL" };
    private readonly Option<string> _train = new("--train") { Description = "What is learnt from", HelpName = "FILE", Required = true };
    private readonly Option<string?> _dev = new("--dev") { Description = "What each epoch is judged by", HelpName = "FILE" };
    private readonly Option<string?> _test = new("--test") { Description = "What the result is judged by", HelpName = "FILE" };
    private readonly Option<string?> _output = new("--output") { Description = "The directory to write", HelpName = "DIR" };
    private readonly Option<double?> _learningRate = Number("--learning-rate", "The highest learning rate [default: 2e-5]");
    private readonly Option<double?> _epochs = Number("--epochs", "How often the data are gone through [default: 3]");
    private readonly Option<int?> _maxSteps = Whole("--max-steps", "Updates, instead of --epochs");
    private readonly Option<int?> _batchSize = Whole("--batch-size", "Examples of one update [default: 16]");
    private readonly Option<double?> _weightDecay = Number("--weight-decay", "Decay of weights [default: 0.01]");
    private readonly Option<double?> _warmup = Number("--warmup-steps", "Updates of rising rate; below 1 a share of all [default: 0.1]");
    private readonly Option<ScheduleKind> _scheduler = Choice.Of(
        "--scheduler", "How the rate falls [default: linear]",
        ("linear", ScheduleKind.Linear), ("cosine", ScheduleKind.Cosine), ("cosine_with_restarts", ScheduleKind.CosineWithRestarts),
        ("polynomial", ScheduleKind.Polynomial), ("constant", ScheduleKind.Constant),
        ("constant_with_warmup", ScheduleKind.ConstantWithWarmup), ("inverse_sqrt", ScheduleKind.InverseSqrt));
    private readonly Option<double?> _maxGradNorm = Number("--max-grad-norm", "The largest norm of the gradients; 0 for any [default: 1]");
    private readonly Option<double?> _smoothing = Number("--label-smoothing", "Label smoothing [default: 0]");
    private readonly Option<int?> _maxLength = Whole("--max-length", "The longest sequence in tokens [default: 128]");
    private readonly Option<long?> _seed = new("--seed") { Description = "Of the order, the new head and dropout [default: 42]", HelpName = "N" };
    private readonly Option<int?> _earlyStopping = Whole("--early-stopping", "Stop after so many evaluations without a better one");
    private readonly Option<bool> _lastModel = new("--last-model") { Description = "The result is the last model, not the best" };
    private readonly Option<bool> _checkpointing = new("--checkpointing") { Description = "Less memory for a third more work; the same bits" };
    private readonly Option<int?> _threads = Whole("--threads", "Threads [default: one for each core]");
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the output's last checkpoint, bit for bit" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check all data, say how long it would take, and write nothing" };
    private readonly Option<bool> _huggingFace = new("--hf-defaults") { Description = "transformers' defaults instead of this project's" };

    protected TrainTaskCommand(Session session, string name, string description)
        : base(name, description)
    {
        _session = session;
        foreach (Option option in (ReadOnlySpan<Option>)
            [_model, _train, _dev, _test, _output, _learningRate, _epochs, _maxSteps, _batchSize, _weightDecay, _warmup, _scheduler, _maxGradNorm,
                _smoothing, _maxLength, _seed, _earlyStopping, _lastModel, _checkpointing, _threads, _resume, _dryRun, _huggingFace])
        {
            Add(option);
        }
        Validators.Add(result =>
        {
            if (!result.GetValue(_dryRun) && result.GetValue(_output) is null)
                result.AddError("--output is missing: the directory to write");
        });
        SetAction(Execute);
    }

    private TextWriter Out => _session.Terminal.Error;

    /// <summary>Reads the files and prepares what is in them.</summary>
    protected abstract PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options);

    private int Execute(ParseResult parsed)
    {
        TrainingOptions options = ReadOptions(parsed);
        options.Validate();
        using ModelFiles files = ModelFiles.Open(ModelPath.Of(parsed.GetValue(_model), _session));
        int positions = files.ReadConfig().MaxPositionCount, longest = parsed.GetValue(_maxLength) ?? Math.Min(128, positions);
        if (longest > positions || longest < 3)
            throw new BadInputException($"--max-length is {longest}, expected from 3 to the model's {positions} positions");
        PreparedRun run = Prepare(
            parsed, files.LoadTokenizer(), new TrainingFiles(parsed.GetRequiredValue(_train), parsed.GetValue(_dev), parsed.GetValue(_test), longest), options);
        using FineTuning tuning = new(files, run.Task, options);
        Describe(run, tuning);
        if (parsed.GetValue(_dryRun))
        {
            Estimate(run, tuning, options);
            return ExitCode.Success;
        }
        return Train(parsed, run, tuning);
    }

    private int Train(ParseResult parsed, PreparedRun run, FineTuning tuning)
    {
        string output = parsed.GetValue(_output)!;
        long begun = Stopwatch.GetTimestamp();
        int first = -1;
        TimeSpan shown = TimeSpan.Zero;
        TrainingSummary summary = tuning.Run(output, parsed.GetValue(_resume), step =>
        {
            if (first < 0)
                first = step.Number - 1;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
            // A line twice a minute where there is no terminal to draw on; ten times a second where there is one.
            bool drawn = _session.Terminal.ErrorIsTerminal;
            if (elapsed - shown < (drawn ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(30)) && step.Number < step.Of)
                return;
            shown = elapsed;
            TimeSpan left = elapsed / (step.Number - first) * (step.Of - step.Number);
            string line = Invariant(
                $"{step.Number}/{step.Of}  epoch {step.Epoch:F2}  loss {step.Loss:F4}  rate {step.LearningRate:G3}  norm {step.GradientNorm:F2}  {step.Tokens / step.Elapsed.TotalSeconds:F0} tokens/s  {Time(left)} left");
            if (drawn)
                _session.Terminal.Redraw(line);
            else
                Out.WriteLine(line);
        }, evaluation => Show(evaluation, run.Task), _session.Cancellation);
        if (_session.Terminal.ErrorIsTerminal)
            Out.WriteLine();
        if (summary.End != TrainingEnd.Finished)
            Out.WriteLine(summary.End == TrainingEnd.Cancelled ? $"cancelled after {summary.Updates} updates; what was learnt is kept" : "no longer better: stopped");
        if (run.Test is not null && summary.End != TrainingEnd.Cancelled)
        {
            Out.WriteLine("\ntest:");
            parsed.InvocationConfiguration.Output.WriteLine(tuning.Evaluate(run.Test).Report);
        }
        Out.WriteLine($"written to {output}");
        return summary.End == TrainingEnd.Cancelled ? ExitCode.Interrupted : ExitCode.Success;
    }

    private void Show(TrainingEvaluation evaluation, TrainingTask task)
    {
        if (_session.Terminal.ErrorIsTerminal)
            _session.Terminal.Redraw("");
        string metrics = string.Join("  ", evaluation.Scores.Metrics.Where(metric => metric.Key != "loss").Select(metric => Invariant($"{metric.Key} {metric.Value:F4}")));
        Out.WriteLine(Invariant($"epoch {evaluation.Epoch:F2}  train loss {evaluation.TrainLoss:F4}  dev loss {evaluation.Scores.Metrics["loss"]:F4}  {metrics}")
            + (evaluation.IsBest ? $"  (best {task.MainMetric})" : ""));
    }

    private void Describe(PreparedRun run, FineTuning tuning)
    {
        Out.WriteLine(Invariant($"{run.Task.Train.Count} examples, {run.Task.Labels.Count} labels, {tuning.Updates} updates ({tuning.UpdatesPerEpoch} an epoch)"));
        foreach (string note in run.Notes)
            Out.WriteLine($"note: {note}");
    }

    /// <summary>A few updates are timed; nothing of them is kept.</summary>
    private void Estimate(PreparedRun run, FineTuning tuning, TrainingOptions options)
    {
        Trainer trainer = new(tuning.Model, run.Task.Train, options with { MaxSteps = Math.Min(TimedUpdates, tuning.Updates) });
        TimeSpan timed = TimeSpan.Zero;
        int tokens = 0;
        while (trainer.Done < trainer.Updates)
        {
            TrainingStep step = trainer.Step(_session.Cancellation);
            (timed, tokens) = (timed + step.Elapsed, tokens + step.Tokens);
        }
        long all = 0;
        for (int example = 0; example < run.Task.Train.Count; example++)
            all += run.Task.Train.TokensOf(example);
        double seconds = (double)all * tuning.Updates / tuning.UpdatesPerEpoch * timed.TotalSeconds / tokens;
        Out.WriteLine(Invariant($"{all} tokens an epoch, {tokens / timed.TotalSeconds:F0} tokens/s: about {Time(TimeSpan.FromSeconds(seconds))}, evaluations not counted"));
    }

    private TrainingOptions ReadOptions(ParseResult parsed)
    {
        TrainingOptions defaults = parsed.GetValue(_huggingFace) ? TrainingOptions.HuggingFace : new TrainingOptions();
        return defaults with
        {
            LearningRate = parsed.GetValue(_learningRate) ?? defaults.LearningRate,
            Epochs = parsed.GetValue(_epochs) ?? defaults.Epochs,
            MaxSteps = parsed.GetValue(_maxSteps) ?? 0,
            BatchSize = parsed.GetValue(_batchSize) ?? defaults.BatchSize,
            WeightDecay = parsed.GetValue(_weightDecay) ?? defaults.WeightDecay,
            WarmupSteps = parsed.GetValue(_warmup) ?? defaults.WarmupSteps,
            Scheduler = parsed.GetValue(_scheduler),
            MaxGradientNorm = parsed.GetValue(_maxGradNorm) ?? defaults.MaxGradientNorm,
            LabelSmoothing = parsed.GetValue(_smoothing) ?? 0,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            EarlyStopping = parsed.GetValue(_earlyStopping) ?? 0,
            LoadBestModelAtEnd = defaults.LoadBestModelAtEnd && !parsed.GetValue(_lastModel),
            Checkpointing = parsed.GetValue(_checkpointing),
            ThreadCount = parsed.GetValue(_threads) ?? defaults.ThreadCount,
        };
    }

    private static Option<double?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = argument =>
        {
            string word = argument.Tokens[0].Value;
            if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                return value;
            argument.AddError($"{name}: expected a number, found \"{word}\"");
            return null;
        },
    };

    private static Option<int?> Whole(string name, string description) => new Option<int?>(name) { Description = description, HelpName = "N" }.AtLeast(1);

    private static string Time(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
