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

    /// <summary>Whoever was told of an evaluation ended it.</summary>
    Stopped,
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
    private readonly string _base;
    private readonly IReadOnlyList<TrainingSetting> _settings;

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
        _options = options with { Optimizer = options.Optimizer ?? task.OptimizerFor(options.BatchSize) };
        _base = files.Path;
        ModelConfig config = _options.Apply(task.ConfigOf(newModel ?? files.ReadConfig()));
        _files = TrainedModelFiles.TokenizerFiles.ToDictionary(name => name, name => TrainingTokenizer.Read(files, options, name), StringComparer.Ordinal);
        foreach ((string name, byte[] content) in task.ExtraFiles(config))
            _files[name] = content;
        Model = TrainableModel.Create(
            config, task.Architecture, newModel is null ? WeightSource.From(files.Checkpoint) : null,
            new TrainableModelOptions
            {
                ThreadCount = options.ThreadCount,
                Checkpointing = options.Checkpoints(config, task.Train.JoinsExamples),
                Seed = options.Seed,
                Frozen = options.Freeze,
            });
        _trainer = new Trainer(Model, task.Train, _options, task.Trains);
        _settings = TrainingSettings.Of(_options, task, config.Labels);
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
    /// <param name="resumeFrom">A checkpoint to go on from, or the output of a run, whose last one is meant; null to begin anew.</param>
    /// <param name="events">What is told while it goes on.</param>
    /// <param name="cancellationToken">Ends the run after the update before; what has been learnt is kept and written.</param>
    /// <exception cref="TrainingDivergedException">The loss is no number any more; the last checkpoint remains.</exception>
    /// <exception cref="FormatException">The checkpoint is of another run; says in what.</exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public TrainingSummary Run(
        string output, string? resumeFrom = null, TrainingEvents? events = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        events ??= new TrainingEvents();
        TrainerState state = resumeFrom is null ? new TrainerState() : Resume(CheckpointFolders.Find(resumeFrom));
        Describe(state);
        Directory.CreateDirectory(output);
        CheckpointFolders folders = new(output);
        folders.Clean();
        using TrainingLog log = new(output, state, events.Logged);
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
            Count(state, step);
            events.Updated?.Invoke(step);
            bool judges = step.Number % EvaluationSteps == 0 || step.Number == Updates;
            if (judges || step.Number % LoggingSteps == 0)
            {
                log.Add([new("loss", state.UnloggedLoss.Sum / state.UnloggedLoss.Count), new("learning_rate", step.LearningRate), new("grad_norm", step.GradientNorm)]);
                state.UnloggedLoss = default;
            }
            if (!judges)
                continue;
            double trainLoss = state.UnjudgedLoss.Sum / state.UnjudgedLoss.Count;
            state.UnjudgedLoss = default;
            if (_task.Dev is not null)
            {
                TrainingEvaluation evaluation = Evaluate(state, log, trainLoss);
                evaluations.Add(evaluation);
                if (events.Evaluated?.Invoke(evaluation) == false)
                    end = TrainingEnd.Stopped;
                if (_options.EarlyStopping > 0 && state.WorseEvaluations >= _options.EarlyStopping)
                    end = TrainingEnd.NoLongerBetter;
            }
            SaveCheckpoint(folders, state, events);
        }
        if (end == TrainingEnd.Cancelled && _trainer.Done > 0 && !folders.Has(_trainer.Done))
            SaveCheckpoint(folders, state, events);
        Finish(output, state, log, end);
        return new TrainingSummary(end, _trainer.Done, evaluations);
    }

    /// <summary>The scores of a set, without dropout.</summary>
    public TaskScores Evaluate(PreparedExamples examples) => _task.Evaluate(_trainer, examples);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private void Describe(TrainerState state)
    {
        state.MaxSteps = Updates;
        state.Epochs = (int)Math.Ceiling(Updates / (double)UpdatesPerEpoch);
        (state.LoggingSteps, state.EvaluationSteps, state.BatchSize) = (LoggingSteps, EvaluationSteps, _options.BatchSize);
        state.EarlyStopping = (_options.EarlyStopping, _options.EarlyStoppingThreshold);
    }

    private void Count(TrainerState state, TrainingStep step)
    {
        (state.GlobalStep, state.Epoch) = (step.Number, step.Epoch);
        state.TotalLoss += step.Loss;
        state.UnloggedLoss = (state.UnloggedLoss.Sum + step.Loss, state.UnloggedLoss.Count + 1);
        state.UnjudgedLoss = (state.UnjudgedLoss.Sum + step.Loss, state.UnjudgedLoss.Count + 1);
        state.InputTokens += step.Tokens;
        state.TotalFlos = 6.0 * state.InputTokens * Model.Layout.Parameters.Where(parameter => parameter.Part != ModelPart.Embeddings).Sum(parameter => (long)parameter.Length);
    }

    private TrainingEvaluation Evaluate(TrainerState state, TrainingLog log, double trainLoss)
    {
        TaskScores scores = _task.Evaluate(_trainer, _task.Dev!);
        if (!scores.Metrics.TryGetValue(MainMetric, out double main))
            throw new ArgumentException($"metric_for_best_model is {MainMetric}, which is not measured; {string.Join(", ", scores.Metrics.Keys)} are");
        // What is not defined, such as the correlation with what is always the same, is never better.
        double gain = !double.IsFinite(main) ? double.NegativeInfinity
            : state.BestMetric is not double before ? double.PositiveInfinity
            : IsError(MainMetric) ? before - main : main - before;
        state.WorseEvaluations = gain > _options.EarlyStoppingThreshold ? 0 : state.WorseEvaluations + 1;
        if (gain > 0)
            (state.BestMetric, state.BestStep) = (main, state.GlobalStep);
        log.Add(scores.Metrics.Where(metric => double.IsFinite(metric.Value)).Select(metric => KeyValuePair.Create("eval_" + metric.Key, metric.Value)));
        return new TrainingEvaluation(state.GlobalStep, state.Epoch, trainLoss, scores, gain > 0);
    }

    /// <summary>Whether less is better.</summary>
    private static bool IsError(string metric) =>
        metric is "perplexity" or "mse" or "mae" || metric.EndsWith("loss", StringComparison.Ordinal);

    private TrainerState Resume(string directory)
    {
        TrainingSettings.RequireSame(directory, _settings);
        TrainerState state = TrainerState.Load(directory);
        TrainedModelFiles.Read(directory, Model);
        TrainedModelFiles.ReadOptimizer(directory, Model, _trainer.Optimizer);
        _trainer.Resume(state.GlobalStep);
        return state;
    }

    private void SaveCheckpoint(CheckpointFolders folders, TrainerState state, TrainingEvents events)
    {
        folders.Write(state.GlobalStep, directory =>
        {
            TrainedModelFiles.Write(directory, Model, _files);
            TrainedModelFiles.WriteOptimizer(directory, Model, _trainer.Optimizer);
            TrainingSettings.Save(directory, _settings);
            state.Save(directory);
        });
        folders.Rotate(state.GlobalStep, state.BestStep, _options.SaveTotalLimit);
        events.Saved?.Invoke(folders.PathOf(state.GlobalStep));
    }

    /// <summary>The result: the best checkpoint's parameters where that is wanted, else the last ones.</summary>
    private void Finish(string output, TrainerState state, TrainingLog log, TrainingEnd end)
    {
        CheckpointFolders folders = new(output);
        if (_options.LoadBestModelAtEnd && state.BestStep is int best && best != _trainer.Done && folders.Has(best))
            TrainedModelFiles.Read(folders.PathOf(best), Model);
        if (end != TrainingEnd.Cancelled && state.GlobalStep > 0)
            log.Add([new("train_loss", state.TotalLoss / state.GlobalStep), new("total_flos", state.TotalFlos)]);
        TrainedModelFiles.Write(output, Model, _files);
        state.Save(output);
        WholeFile.Write(Path.Combine(output, "training.svg"), TrainingChart.Draw(state.LogHistory, MainMetric));
        WholeFile.Write(Path.Combine(output, "README.md"), ModelCard.Of(output, _base, _task, _options, state, end, MainMetric));
    }
}
