using System.Diagnostics;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Training;

/// <summary>
/// The training loop: updates in the order of Hugging Face's Trainer, each one the gradient of the mean over all labelled
/// items of its examples, however many micro-batches they are computed in.
/// </summary>
public sealed class Trainer
{
    private readonly TrainableModel _model;
    private readonly PreparedExamples _examples;
    private readonly TrainingOptions _options;
    private readonly AdamW _optimizer;
    private readonly LearningRateSchedule _schedule;
    private readonly CounterDropout _dropout;
    private readonly TokenBatch _batch = new();
    private readonly FrozenStates? _frozen;
    private int _epoch = -1;
    private int[] _order = [];
    private double? _lastNorm;

    /// <summary>A run of a model over examples, from its first update.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">What it learns from.</param>
    /// <param name="options">How.</param>
    /// <param name="trains">Which parameters are trained beside what the options freeze; null for all.</param>
    /// <exception cref="ArgumentException">An option is out of range, or there are no examples.</exception>
    public Trainer(TrainableModel model, PreparedExamples examples, TrainingOptions options, Predicate<TrainableParameter>? trains = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (examples.Count == 0)
            throw new ArgumentException("there are no examples to train on", nameof(examples));
        if (options.DropLast && examples.Count < options.BatchSize)
            throw new ArgumentException($"dataloader_drop_last leaves nothing of {examples.Count} examples in batches of {options.BatchSize}", nameof(options));
        if (options.Accumulation != AccumulationRule.Items && examples.JoinsExamples)
            throw new ArgumentException("a loss of all examples together has no groups to accumulate over", nameof(options));
        _model = model;
        _examples = examples;
        _options = options;
        UpdatesPerEpoch = (examples.Count + (options.DropLast ? 0 : options.BatchSize - 1)) / options.BatchSize;
        Updates = options.MaxSteps > 0 ? options.MaxSteps : (int)Math.Ceiling(options.Epochs * UpdatesPerEpoch);
        _schedule = new LearningRateSchedule
        {
            Kind = options.Scheduler,
            Updates = Updates,
            WarmupUpdates = LearningRateSchedule.WarmupOf(options.WarmupSteps, Updates),
        };
        TrainableParameter[] trained = [.. model.Layout.Parameters.Where(parameter =>
            !(parameter.Part <= options.Freeze) && (trains is null || trains(parameter)))];
        if (trained.Length == 0)
            throw new ArgumentException($"nothing is left to train: what freezes {options.Freeze} freezes all of it", nameof(options));
        OptimizerKind optimizer = options.Optimizer ?? OptimizerKind.AdamW;
        _optimizer = new AdamW(trained, model.Layout.Length, new AdamWOptions
        {
            Beta1 = options.AdamBeta1,
            Beta2 = options.AdamBeta2,
            Epsilon = options.EpsilonOf(optimizer),
            WeightDecay = options.WeightDecay,
            CorrectsBias = options.BiasCorrection,
            ScalesByLayer = optimizer == OptimizerKind.Lamb,
            MaxGradientNorm = options.MaxGradientNorm,
        });
        _dropout = new CounterDropout(model.Config, model.Architecture, options.Seed);
        if (options.Freeze == ModelPart.Encoder && !_dropout.DropsInEncoder)
            _frozen = new FrozenStates(model);
    }

    /// <summary>The updates of one epoch.</summary>
    public int UpdatesPerEpoch { get; }

    /// <summary>The updates of the run.</summary>
    public int Updates { get; }

    /// <summary>The examples of one update.</summary>
    public int BatchSize => _options.BatchSize;

    /// <summary>The updates done.</summary>
    public int Done { get; private set; }

    /// <summary>The optimizer, whose state is saved with a checkpoint.</summary>
    public AdamW Optimizer => _optimizer;

    /// <summary>Goes on after so many updates, the model's parameters and the optimizer's state having been set.</summary>
    public void Resume(int done)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(done);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(done, Updates);
        Done = done;
        _optimizer.Updates = done;
    }

    /// <summary>One update.</summary>
    /// <exception cref="TrainingDivergedException">The loss is not a number any more; the parameters are as before the update.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the parameters are as before the update.</exception>
    public TrainingStep Step(CancellationToken cancellationToken = default)
    {
        long begun = Stopwatch.GetTimestamp();
        int epoch = Done / UpdatesPerEpoch, first = Done % UpdatesPerEpoch * _options.BatchSize;
        if (epoch != _epoch)
        {
            _examples.BeginEpoch(_epoch = epoch);
            _order = ExampleOrder.OfEpoch(_examples.Count, unchecked((ulong)(_options.DataSeed ?? _options.Seed)), epoch);
        }
        int[] examples = _order[first..Math.Min(_examples.Count, first + _options.BatchSize)];
        (double loss, int tokens) = AddGradients(examples, cancellationToken);
        double rate = _options.LearningRate * _schedule.Factor(Done);
        if (!double.IsFinite(loss))
            throw new TrainingDivergedException(Done + 1, examples, [.. examples.Select(_examples.LineOf)], loss, rate, _lastNorm);
        double norm = _optimizer.Step(program => _model.Run(program), _model.Values, _model.Gradients, rate);
        _lastNorm = norm;
        if (_options.Freeze == ModelPart.Encoder)
            _model.PackHead();
        else
            _model.Pack();
        Done++;
        return new TrainingStep(Done, Updates, Done / (double)UpdatesPerEpoch, loss, rate, norm, tokens, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>The mean loss without dropout, by <see cref="TrainingOptions.EvaluationLoss"/>, and each batch's scores.</summary>
    /// <param name="examples">What is judged.</param>
    /// <param name="observe">Shown the model after each forward pass, and the examples of its batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public double Evaluate(PreparedExamples examples, Action<TrainableModel, ReadOnlyMemory<int>> observe, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(observe);
        int[] all = [.. Enumerable.Range(0, examples.Count)];
        if (_options.EvaluationLoss == EvaluationLoss.Items)
            return MeanLoss(examples, all, observe, cancellationToken);
        double sum = 0;
        foreach (int[] batch in all.Chunk(_options.EvaluationBatchSize))
            sum += MeanLoss(examples, batch, observe, cancellationToken) * batch.Length;
        return sum / examples.Count;
    }

    /// <summary>The mean loss over the labelled items of some examples.</summary>
    private double MeanLoss(PreparedExamples source, int[] examples, Action<TrainableModel, ReadOnlyMemory<int>> observe, CancellationToken cancellationToken)
    {
        LossParts weight = default, loss = default;
        foreach (Range part in MicroBatches(source, examples))
        {
            Forward(source, examples.AsSpan(part), null, cancellationToken);
            observe(_model, examples.AsMemory(part));
            TrainingTargets targets = source.TargetsOf(examples.AsSpan(part));
            LossParts counted = targets.Weight;
            weight += counted;
            LossParts mean = targets.Apply(_model, counted);
            loss += new LossParts(mean.First * counted.First, mean.Second * counted.Second);
        }
        return Mean(loss.First, weight.First) + Mean(loss.Second, weight.Second);
    }

    private static double Mean(double sum, double weight) => weight > 0 ? sum / weight : 0;

    /// <summary>The gradients of one update; the loss, and the tokens computed.</summary>
    private (double Loss, int Tokens) AddGradients(int[] examples, CancellationToken cancellationToken)
    {
        _model.ClearGradients();
        _dropout.Update = Done;
        if (_examples.JoinsExamples)
            return AddJointGradients(examples, _examples.JointTargetsOf(examples), cancellationToken);
        return _options.Accumulation == AccumulationRule.Items
            ? AddGradients(examples, 0, 1, cancellationToken) : AddGroups(examples, cancellationToken);
    }

    /// <summary>Adds the gradients of some examples whose losses are divided by the weight of all of them, times a factor.</summary>
    private (double Loss, int Tokens) AddGradients(int[] examples, int first, double times, CancellationToken cancellationToken)
    {
        Range[] parts = [.. MicroBatches(_examples, examples)];
        TrainingTargets[] targets = [.. parts.Select(part => _examples.TargetsOf(examples.AsSpan(part)))];
        LossParts weight = default;
        foreach (TrainingTargets part in targets)
            weight += part.Weight;
        weight = new LossParts(weight.First * times, weight.Second * times);
        double loss = 0;
        int tokens = 0;
        for (int part = 0; part < parts.Length; part++)
        {
            first += Forward(examples.AsSpan(parts[part]), first, cancellationToken);
            loss += targets[part].Apply(_model, weight).Total;
            _model.Backward(cancellationToken);
            tokens += _batch.TokenCount;
        }
        return (loss, tokens);
    }

    /// <summary>The means of the losses of so many groups of examples: their mean, or their sum.</summary>
    private (double Loss, int Tokens) AddGroups(int[] examples, CancellationToken cancellationToken)
    {
        int[][] groups = [.. examples.Chunk(_options.BatchSize / _options.GradientAccumulationSteps)];
        double times = _options.Accumulation == AccumulationRule.MeanOfMeans ? groups.Length : 1, loss = 0;
        int tokens = 0, first = 0;
        foreach (int[] group in groups)
        {
            (double mean, int computed) = AddGradients(group, first, times, cancellationToken);
            (loss, tokens, first) = (loss + mean, tokens + computed, first + group.Length);
        }
        return (loss, tokens);
    }

    /// <summary>Two passes where there are several micro-batches; what is dropped is the same in both.</summary>
    private (double Loss, int Tokens) AddJointGradients(int[] examples, JointTargets joint, CancellationToken cancellationToken)
    {
        Range[] parts = [.. MicroBatches(_examples, examples)];
        int tokens = 0, sequences = 0;
        foreach (Range part in parts)
        {
            sequences += Forward(examples.AsSpan(part), sequences, cancellationToken);
            joint.Collect(_model);
            tokens += _batch.TokenCount;
        }
        double loss = joint.Solve();
        sequences = 0;
        foreach (Range part in parts)
        {
            if (parts.Length > 1)
                sequences += Forward(examples.AsSpan(part), sequences, cancellationToken);
            joint.Apply(_model);
            _model.Backward(cancellationToken);
        }
        return (loss, tokens);
    }

    /// <summary>A forward pass with dropout; the number of its sequences.</summary>
    /// <param name="examples">The examples of the micro-batch.</param>
    /// <param name="first">The number within the update of its first sequence.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private int Forward(ReadOnlySpan<int> examples, int first, CancellationToken cancellationToken)
    {
        _dropout.FirstExample = first;
        Forward(_examples, examples, _dropout.DropsAnything ? _dropout : null, cancellationToken);
        return _batch.SequenceCount;
    }

    private void Forward(PreparedExamples source, ReadOnlySpan<int> examples, DropoutMasks? masks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _batch.Clear();
        foreach (int example in examples)
            source.AddTo(_batch, example);
        if (_frozen is null || !_frozen.Forward(source, examples, _batch, masks, cancellationToken))
            _model.Forward(_batch, source.RowsOf(examples), masks, cancellationToken);
    }

    /// <summary>Runs of examples of at most so many tokens, in their order; a longer example is alone.</summary>
    private IEnumerable<Range> MicroBatches(PreparedExamples source, int[] examples)
    {
        int most = _options.MicroBatchTokens(source.JoinsExamples), start = 0, tokens = 0;
        for (int i = 0; i < examples.Length; i++)
        {
            int length = source.TokensOf(examples[i]);
            if (i > start && tokens + length > most)
            {
                yield return start..i;
                (start, tokens) = (i, 0);
            }
            tokens += length;
        }
        yield return start..examples.Length;
    }
}

/// <summary>What one update did.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Of">The updates of the run.</param>
/// <param name="Epoch">The epochs done, with fractions.</param>
/// <param name="Loss">The mean loss of its labelled items.</param>
/// <param name="LearningRate">Its learning rate.</param>
/// <param name="GradientNorm">The norm of the gradients before clipping.</param>
/// <param name="Tokens">The tokens computed.</param>
/// <param name="Elapsed">The time it took.</param>
public readonly record struct TrainingStep(
    int Number, int Of, double Epoch, double Loss, double LearningRate, double GradientNorm, int Tokens, TimeSpan Elapsed);

/// <summary>The loss of an update is not a finite number.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Names the update and what it was computed from.</summary>
    /// <param name="update">Its number, from 1.</param>
    /// <param name="examples">The numbers of its examples, from 0.</param>
    /// <param name="lines">The lines that they stand on in their file, from 1; 0 where they stand on none.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="learningRate">The update's learning rate.</param>
    /// <param name="lastGradientNorm">The gradients' norm of the update before; null for the first.</param>
    public TrainingDivergedException(
        int update, IReadOnlyList<int> examples, IReadOnlyList<int> lines, double loss, double learningRate, double? lastGradientNorm)
        : base(Describe(update, examples, lines, loss, learningRate, lastGradientNorm)) =>
        (Update, Examples, Lines) = (update, examples, lines);

    /// <summary>The update, from 1.</summary>
    public int Update { get; }

    /// <summary>The numbers of its examples.</summary>
    public IReadOnlyList<int> Examples { get; }

    /// <summary>The lines of its examples in their file, from 1; 0 where they stand on none.</summary>
    public IReadOnlyList<int> Lines { get; }

    private static string Describe(
        int update, IReadOnlyList<int> examples, IReadOnlyList<int> lines, double loss, double learningRate, double? lastGradientNorm)
    {
        string norm = lastGradientNorm is double last ? FormattableString.Invariant($", the norm of the gradients before was {last:G4}") : "";
        string where = lines.All(line => line > 0)
            ? $"on these lines of the training file: {string.Join(", ", lines)}" : $"by number from 0: {string.Join(", ", examples)}";
        return FormattableString.Invariant($"the loss of update {update} is {loss}: the model has diverged. The learning rate is {learningRate:G4}{norm}; try a lower rate or a longer warm-up. Its examples, {where}");
    }
}
