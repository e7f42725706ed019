using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Why a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All updates are done.</summary>
    Finished,

    /// <summary>Enough evaluations were no better (early stopping).</summary>
    NoLongerBetter,

    /// <summary>It was cancelled; what had been learnt is kept.</summary>
    Cancelled,
}

/// <summary>One evaluation of a run.</summary>
/// <param name="Step">After which update.</param>
/// <param name="Epoch">The epochs done.</param>
/// <param name="TrainLoss">The mean loss of the updates since the evaluation before.</param>
/// <param name="Scores">What was measured.</param>
/// <param name="IsBest">Whether none before was better.</param>
public sealed record TrainingEvaluation(int Step, double Epoch, double TrainLoss, TaskScores Scores, bool IsBest);

/// <summary>What a run came to.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Updates">The updates done.</param>
/// <param name="Evaluations">The evaluations, oldest first.</param>
public sealed record TrainingSummary(TrainingEnd End, int Updates, IReadOnlyList<TrainingEvaluation> Evaluations)
{
    /// <summary>The best evaluation; null where there was none.</summary>
    public TrainingEvaluation? Best => Evaluations.LastOrDefault(evaluation => evaluation.IsBest);
}

/// <summary>
/// A whole run: the loop with an evaluation and a checkpoint after each epoch, the best model kept, and everything written so
/// that it can be gone on with bit for bit.
/// </summary>
public sealed class FineTuning : IDisposable
{
    private readonly TrainingTask _task;
    private readonly TrainingOptions _options;
    private readonly Dictionary<string, byte[]?> _files;
    private readonly Trainer _trainer;

    /// <summary>A run of a task on a model's files, which may be closed afterwards.</summary>
    /// <param name="files">The model to begin with.</param>
    /// <param name="task">What it shall learn.</param>
    /// <param name="options">How.</param>
    /// <param name="newModel">The sizes of a model whose weights begin at random; null to begin with those of the files.</param>
    /// <exception cref="Checkpoints.CheckpointFormatException">The files hold no model that can be trained.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public FineTuning(ModelFiles files, TrainingTask task, TrainingOptions options, ModelConfig? newModel = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (task.Dev is { Count: 0 })
            throw new ArgumentException("there is nothing in the development set", nameof(task));
        if (options.Metric is not null && task.Dev is null)
            throw new ArgumentException("metric_for_best_model is named, and there is no development set to measure it on", nameof(options));
        _task = task;
        _options = options;
        ModelConfig config = task.ConfigOf(newModel ?? files.ReadConfig());
        _files = TrainedModelFiles.TokenizerFiles.ToDictionary(name => name, files.Read, StringComparer.Ordinal);
        foreach ((string name, byte[] content) in task.ExtraFiles(config))
            _files[name] = content;
        Model = TrainableModel.Create(
            config, task.Architecture, newModel is null ? WeightSource.From(files.Checkpoint) : null,
            new TrainableModelOptions { ThreadCount = options.ThreadCount, Checkpointing = options.Checkpoints(config), Seed = options.Seed, Frozen = options.Freeze });
        _trainer = new Trainer(Model, task.Train, options, task.Trains);
    }

    /// <summary>The model that is trained.</summary>
    public TrainableModel Model { get; }

    /// <summary>The updates of the run.</summary>
    public int Updates => _trainer.Updates;

    /// <summary>The updates of one epoch.</summary>
    public int UpdatesPerEpoch => _trainer.UpdatesPerEpoch;

    private int EvaluationSteps => _options.EvaluationSteps > 0 ? _options.EvaluationSteps : UpdatesPerEpoch;

    private int LoggingSteps => _options.LoggingSteps > 0 ? _options.LoggingSteps : Math.Max(1, Updates / 100);

    private string MainMetric => _options.Metric is string name
        ? name.StartsWith("eval_", StringComparison.Ordinal) ? name["eval_".Length..] : name : _task.MainMetric;

    /// <summary>Trains, and writes the result into a directory.</summary>
    /// <param name="output">The directory, which is made; checkpoints are directories in it.</param>
    /// <param name="resume">Whether to go on from its last checkpoint.</param>
    /// <param name="progress">Told of each update, on this thread.</param>
    /// <param name="evaluated">Told of each evaluation, on this thread.</param>
    /// <param name="cancellationToken">Ends the run after the update before; what has been learnt is kept and written.</param>
    /// <exception cref="TrainingDivergedException">The loss is no number any more; the last checkpoint remains.</exception>
    /// <exception cref="FormatException">The checkpoint is of another run; says in what.</exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public TrainingSummary Run(
        string output, bool resume = false, Action<TrainingStep>? progress = null, Action<TrainingEvaluation>? evaluated = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        Directory.CreateDirectory(output);
        TrainerState state = resume ? Resume(output) : new TrainerState { MaxSteps = Updates, Fingerprint = Fingerprint() };
        List<TrainingEvaluation> evaluations = [];
        TrainingEnd end = TrainingEnd.Finished;
        while (_trainer.Done < Updates && end == TrainingEnd.Finished)
        {
            TrainingStep step;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                step = _trainer.Step(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                end = TrainingEnd.Cancelled;
                break;
            }
            progress?.Invoke(step);
            (state.GlobalStep, state.Epoch) = (step.Number, step.Epoch);
            state.UnloggedLoss = (state.UnloggedLoss.Sum + step.Loss, state.UnloggedLoss.Count + 1);
            state.UnjudgedLoss = (state.UnjudgedLoss.Sum + step.Loss, state.UnjudgedLoss.Count + 1);
            bool judges = step.Number % EvaluationSteps == 0 || step.Number == Updates;
            if (judges || step.Number % LoggingSteps == 0)
            {
                state.Log([new("loss", state.UnloggedLoss.Sum / state.UnloggedLoss.Count), new("learning_rate", step.LearningRate), new("grad_norm", step.GradientNorm)]);
                state.UnloggedLoss = default;
            }
            if (!judges)
                continue;
            double trainLoss = state.UnjudgedLoss.Sum / state.UnjudgedLoss.Count;
            state.UnjudgedLoss = default;
            if (_task.Dev is not null)
            {
                TrainingEvaluation evaluation = Evaluate(state, trainLoss);
                evaluations.Add(evaluation);
                evaluated?.Invoke(evaluation);
                if (_options.EarlyStopping > 0 && state.WorseEvaluations >= _options.EarlyStopping)
                    end = TrainingEnd.NoLongerBetter;
            }
            SaveCheckpoint(output, state);
        }
        if (end == TrainingEnd.Cancelled && _trainer.Done > 0 && !Directory.Exists(CheckpointOf(output, _trainer.Done)))
            SaveCheckpoint(output, state);
        Finish(output, state, end);
        return new TrainingSummary(end, _trainer.Done, evaluations);
    }

    /// <summary>The scores of a set, without dropout.</summary>
    public TaskScores Evaluate(PreparedExamples examples) => _task.Evaluate(_trainer, examples);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private TrainingEvaluation Evaluate(TrainerState state, double trainLoss)
    {
        TaskScores scores = _task.Evaluate(_trainer, _task.Dev!);
        if (!scores.Metrics.TryGetValue(MainMetric, out double main))
            throw new ArgumentException($"metric_for_best_model is {MainMetric}, which is not measured; {string.Join(", ", scores.Metrics.Keys)} are");
        // What is not defined, such as the correlation with what is always the same, is never better.
        bool best = double.IsFinite(main) && (state.BestMetric is not double before || (IsError(MainMetric) ? main < before : main > before));
        state.WorseEvaluations = best ? 0 : state.WorseEvaluations + 1;
        if (best)
            (state.BestMetric, state.BestStep) = (main, state.GlobalStep);
        state.Log(scores.Metrics.Where(metric => double.IsFinite(metric.Value)).Select(metric => KeyValuePair.Create("eval_" + metric.Key, metric.Value)));
        return new TrainingEvaluation(state.GlobalStep, state.Epoch, trainLoss, scores, best);
    }

    /// <summary>Whether less is better.</summary>
    private static bool IsError(string metric) =>
        metric is "perplexity" or "mse" or "mae" || metric.EndsWith("loss", StringComparison.Ordinal);

    private TrainerState Resume(string output)
    {
        int last = Checkpoints(output).DefaultIfEmpty(-1).Max();
        if (last < 0)
            throw new FormatException($"{output} holds no checkpoint to go on from");
        string directory = CheckpointOf(output, last);
        TrainerState state = TrainerState.Load(directory);
        if (state.Fingerprint != Fingerprint())
            throw new FormatException($"{directory} is of a run with other options or other data: it cannot be gone on with");
        TrainedModelFiles.Read(directory, Model);
        TrainedModelFiles.ReadOptimizer(directory, Model, _trainer.Optimizer);
        _trainer.Resume(state.GlobalStep);
        return state;
    }

    /// <summary>Written under another name and then renamed: a checkpoint that is there is whole.</summary>
    private void SaveCheckpoint(string output, TrainerState state)
    {
        string directory = CheckpointOf(output, state.GlobalStep), partial = directory + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        TrainedModelFiles.Write(partial, Model, _files);
        TrainedModelFiles.WriteOptimizer(partial, Model, _trainer.Optimizer);
        state.Save(partial);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        Directory.Move(partial, directory);
        foreach (int old in Checkpoints(output).Where(step => step != state.BestStep).OrderDescending().Skip(_options.SaveTotalLimit))
            Directory.Delete(CheckpointOf(output, old), recursive: true);
    }

    /// <summary>The result: the best checkpoint's parameters where that is wanted, else the last ones.</summary>
    private void Finish(string output, TrainerState state, TrainingEnd end)
    {
        if (_options.LoadBestModelAtEnd && state.BestStep is int best && best != _trainer.Done && Directory.Exists(CheckpointOf(output, best)))
            TrainedModelFiles.Read(CheckpointOf(output, best), Model);
        TrainedModelFiles.Write(output, Model, _files);
        state.Save(output);
        File.WriteAllText(Path.Combine(output, "training.svg"), TrainingChart.Draw(state.LogHistory, MainMetric));
        ModelCard.Write(output, _task, _options, state, end, MainMetric);
    }

    private static string CheckpointOf(string output, int step) =>
        Path.Combine(output, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{step}"));

    private static IEnumerable<int> Checkpoints(string output) =>
        from path in Directory.EnumerateDirectories(output, "checkpoint-*")
        let name = Path.GetFileName(path)["checkpoint-".Length..]
        where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        select int.Parse(name, CultureInfo.InvariantCulture);

    /// <summary>Of everything that the numbers depend on; threads and checkpointing are not among it.</summary>
    private string Fingerprint()
    {
        TrainingOptions numbers = _options with { ThreadCount = 1, Checkpointing = null, EarlyStopping = 0, LoadBestModelAtEnd = true, SaveTotalLimit = 2 };
        string all = FormattableString.Invariant($"{numbers}\n{_task.Fingerprint}\n{string.Join(',', Model.Config.Labels)}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
