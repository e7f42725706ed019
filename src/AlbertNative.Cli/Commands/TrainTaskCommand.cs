using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
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
    /// <summary>Updates that are timed for an estimate.</summary>
    private const int TimedUpdates = 5;

    private readonly Session _session;
    private readonly Option<string?> _model = new("--model") { Description = "The model to begin with [default: albert-nano]", HelpName = "MODEL" };
    private readonly Option<bool> _random = new("--random-weights") { Description = "Begin with random weights; of the model only its sizes and its tokenizer are taken" };
    private readonly Option<string?> _config = new("--config") { Description = "The config.json of a new model, whose weights are random and whose tokenizer is the model's", HelpName = "FILE" };
    private readonly Option<string> _train = new("--train") { Description = "What is learnt from", HelpName = "FILE", Required = true };
    private readonly Option<string?> _dev = new("--dev") { Description = "What each epoch is judged by: a file, or a share of --train such as 10%", HelpName = "FILE" };
    private readonly Option<string?> _test = new("--test") { Description = "What the result is judged by", HelpName = "FILE" };
    private readonly Option<string?> _output = new("--output") { Description = "The directory to write", HelpName = "DIR" };
    private readonly Option<int?> _maxLength;
    private readonly Option<bool> _lastModel = new("--last-model") { Description = "The result is the last model, not the best" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on from the output's last checkpoint, bit for bit" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check all data, say how long it would take, and write nothing" };
    private readonly TrainingOptionSet _options;

    protected TrainTaskCommand(Session session, string name, string description)
        : base(name, description)
    {
        _session = session;
        _maxLength = TrainingOptionSet.Whole("--max-length", FormattableString.Invariant($"The longest sequence in tokens [default: {DefaultLength}]"));
        foreach (Option option in (ReadOnlySpan<Option>)[_model, _random, _config, _train, _dev, _test, _output, _maxLength, _lastModel, _resume, _dryRun])
            Add(option);
        _options = new(this);
        Validators.Add(result =>
        {
            if (!result.GetValue(_dryRun) && result.GetValue(_output) is null)
                result.AddError("--output is missing: the directory to write");
        });
        SetAction(Execute);
    }

    private TextWriter Out => _session.Terminal.Error;

    /// <summary>The longest sequence where that is not said, as far as the model has positions.</summary>
    protected virtual int DefaultLength => 128;

    /// <summary>Whether labels can be smoothed.</summary>
    protected virtual bool SmoothsLabels => false;

    /// <summary>Reads the files and prepares what is in them.</summary>
    protected abstract PreparedRun Prepare(ParseResult parsed, Tokenization.Tokenizer tokenizer, TrainingFiles files, TrainingOptions options);

    private int Execute(ParseResult parsed)
    {
        TrainingOptions options = _options.Read(parsed);
        if (parsed.GetValue(_lastModel))
            options = options with { LoadBestModelAtEnd = false };
        options.Validate();
        if (options.LabelSmoothing > 0 && !SmoothsLabels)
            throw new BadInputException($"--label-smoothing is not for {Name}");
        using ModelFiles files = ModelFiles.Open(ModelPath.Of(parsed.GetValue(_model), _session));
        ModelConfig? newModel = NewModel(parsed, files);
        int positions = (newModel ?? files.ReadConfig()).MaxPositionCount, longest = parsed.GetValue(_maxLength) ?? Math.Min(DefaultLength, positions);
        if (longest > positions || longest < 3)
            throw new BadInputException($"--max-length is {longest}, expected from 3 to the model's {positions} positions");
        Tokenization.Tokenizer tokenizer = files.LoadTokenizer();
        if (newModel is not null && newModel.VocabularySize < tokenizer.VocabularySize)
            throw new BadInputException(FormattableString.Invariant($"--config: the new model has {newModel.VocabularySize} words, the tokenizer {tokenizer.VocabularySize}"));
        PreparedRun run = Prepare(
            parsed, tokenizer, new TrainingFiles(files, parsed.GetRequiredValue(_train), parsed.GetValue(_dev), parsed.GetValue(_test), longest), options);
        using FineTuning tuning = new(files, run.Task, options, newModel);
        Describe(run, tuning);
        if (parsed.GetValue(_dryRun))
        {
            Estimate(run, tuning, options);
            return ExitCode.Success;
        }
        return Train(parsed, run, tuning, options);
    }

    /// <summary>The sizes of a model whose weights begin at random; null where the model's own are trained.</summary>
    private ModelConfig? NewModel(ParseResult parsed, ModelFiles files) => parsed.GetValue(_config) is string path
        ? ModelConfig.Load(path)
        : parsed.GetValue(_random) ? files.ReadConfig() : null;

    private int Train(ParseResult parsed, PreparedRun run, FineTuning tuning, TrainingOptions options)
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
        }, Show, _session.Cancellation);
        if (_session.Terminal.ErrorIsTerminal)
            _session.Terminal.Redraw("");
        if (summary.End != TrainingEnd.Finished)
            Out.WriteLine(summary.End == TrainingEnd.Cancelled ? $"cancelled after {summary.Updates} updates; what was learnt is kept" : "no longer better: stopped");
        if (summary.End != TrainingEnd.Cancelled)
            Judge(run, tuning, summary, options, output);
        Out.WriteLine($"written to {output}");
        return summary.End == TrainingEnd.Cancelled ? ExitCode.Interrupted : ExitCode.Success;
    }

    /// <summary>The result's scores, its worst errors and its confusion matrix: on the test set, or without one on the development set.</summary>
    private void Judge(PreparedRun run, FineTuning tuning, TrainingSummary summary, TrainingOptions options, string output)
    {
        if (run.Test is null && summary.Evaluations.Count == 0)
            return;
        // The best model of a run that was gone on with may have been judged before that.
        TrainingEvaluation? judgedBefore = options.LoadBestModelAtEnd ? summary.Best : summary.Evaluations[^1];
        TaskScores scores = run.Test is not null ? tuning.Evaluate(run.Test) : judgedBefore?.Scores ?? tuning.Evaluate(run.Task.Dev!);
        Out.WriteLine(run.Test is null ? "\ndev:" : "\ntest:");
        using StreamWriter stream = new(_session.Terminal.Output, Terminal.Utf8, leaveOpen: true);
        CleanOutput.Writer writer = new(stream);
        if (scores.Summary is { } judged)
            SummaryText.Write(writer, judged);
        else
            writer.WriteLine(scores.Report);
        if (scores.Summary?.Confusion is { } confusion)
            File.WriteAllText(Path.Combine(output, "confusion.svg"), ConfusionChart.Draw(confusion));
    }

    private void Show(TrainingEvaluation evaluation)
    {
        if (_session.Terminal.ErrorIsTerminal)
            _session.Terminal.Redraw("");
        string metrics = string.Join("  ", evaluation.Scores.Metrics.Where(metric => metric.Key != "loss").Select(metric => Invariant($"{metric.Key} {metric.Value:F4}")));
        Out.WriteLine(Invariant($"epoch {evaluation.Epoch:F2}  train loss {evaluation.TrainLoss:F4}  dev loss {evaluation.Scores.Metrics["loss"]:F4}  {metrics}")
            + (evaluation.IsBest ? "  (best)" : ""));
    }

    private void Describe(PreparedRun run, FineTuning tuning)
    {
        Out.WriteLine(Invariant($"{run.Task.Train.Count} examples, {run.Task.Labels.Count} labels, {tuning.Updates} updates ({tuning.UpdatesPerEpoch} an epoch)"));
        foreach (string note in run.Notes)
            Out.WriteLine($"note: {note}");
    }

    /// <summary>What the data are like: how often each label comes, and how long the examples are.</summary>
    private void DescribeData(TrainingTask task)
    {
        if (task.LabelCounts.Count > 0)
            Out.WriteLine("labels: " + string.Join(", ", task.LabelCounts.Select(label => Invariant($"{label.Key} {label.Value}"))));
        if (task.LabelCounts.Where(label => label.Value == 1).Select(label => label.Key).ToArray() is { Length: > 0 } rare)
            Out.WriteLine($"note: only one example has {string.Join(", ", rare)}");
        int[] lengths = [.. Enumerable.Range(0, task.Train.Count).Select(task.Train.TokensOf).Order()];
        Out.WriteLine(Invariant($"tokens of an example: median {lengths[lengths.Length / 2]}, 99 % at most {lengths[(lengths.Length - 1) * 99 / 100]}, longest {lengths[^1]}"));
        int cut = task.Train.CutCount;
        Out.WriteLine(Invariant($"cut off at --max-length: {cut} of {lengths.Length} ({100.0 * cut / lengths.Length:F1} %)"));
    }

    /// <summary>A few updates are timed; nothing of them is kept.</summary>
    private void Estimate(PreparedRun run, FineTuning tuning, TrainingOptions options)
    {
        DescribeData(run.Task);
        Trainer trainer = new(tuning.Model, run.Task.Train, options with { MaxSteps = Math.Min(TimedUpdates, tuning.Updates) }, run.Task.Trains);
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
        Out.WriteLine(Invariant($"memory: {Environment.WorkingSet / (1 << 20)} MB now, of which the model, its gradients and the optimizer have {4.0 * 4 * tuning.Model.Layout.Length / (1 << 20):F0}"));
    }

    private static string Time(TimeSpan time) => time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
