using System.CommandLine;
using System.Globalization;
using AlbertNative.Model;
using AlbertNative.Training;

namespace AlbertNative.Cli;

/// <summary>How a model is trained: the options of Hugging Face's Trainer under its names.</summary>
internal sealed class TrainingOptionSet
{
    /// <summary>What the Trainer has and this one has not, and why; each is refused by its name.</summary>
    private static readonly (string Name, string Reason)[] Refused =
    [
        ("--fp16", "training is in single precision"), ("--bf16", "training is in single precision"), ("--tf32", "training is in single precision"),
        ("--group-by-length", "nothing is computed for padding, so grouping would gain nothing"),
        ("--train-sampling-strategy", "examples come in the Trainer's random order"),
        ("--deepspeed", "one process trains"), ("--fsdp", "one process trains"),
        ("--push-to-hub", "nothing is uploaded"),
        ("--neftune-noise-alpha", "no noise is added"), ("--torch-compile", "there is no torch"),
    ];

    private readonly Option<double?> _learningRate = Number("--learning-rate", "The highest learning rate [default: 2e-5]");
    private readonly Option<double?> _epochs = Number("--epochs", "How often the data are gone through [default: 3]", "--num-train-epochs");
    private readonly Option<int?> _maxSteps = Whole("--max-steps", "Updates, instead of --epochs");
    private readonly Option<int?> _batchSize = Whole("--batch-size", "Examples of one update [default: 16]", "--per-device-train-batch-size");
    private readonly Option<int?> _accumulation = Whole("--gradient-accumulation-steps", "Multiplies the batch; it is computed in parts as memory allows anyway [default: 1]");
    private readonly Option<AccumulationRule> _accumulationRule = Choice.Of(
        "--accumulation", "What an update's loss is with --gradient-accumulation-steps: the mean over all labelled items, or transformers' mean or sum of the groups' means [default: items]",
        ("items", AccumulationRule.Items), ("mean-of-means", AccumulationRule.MeanOfMeans), ("sum-of-means", AccumulationRule.SumOfMeans));
    private readonly Option<double?> _weightDecay = Number("--weight-decay", "Decay of weights [default: 0.01]");
    private readonly Option<double?> _warmup = Number("--warmup-steps", "Updates of rising rate; below 1 a share of all [default: 0.1]");
    private readonly Option<double?> _warmupRatio = Number("--warmup-ratio", "The same as a share of all updates");
    private readonly Option<ScheduleKind> _scheduler = Choice.Of(
        ["--scheduler", "--lr-scheduler-type"], "How the rate falls [default: linear]",
        ("linear", ScheduleKind.Linear), ("cosine", ScheduleKind.Cosine), ("cosine_with_restarts", ScheduleKind.CosineWithRestarts),
        ("polynomial", ScheduleKind.Polynomial), ("constant", ScheduleKind.Constant),
        ("constant_with_warmup", ScheduleKind.ConstantWithWarmup), ("inverse_sqrt", ScheduleKind.InverseSqrt));
    private readonly Option<double?> _maxGradNorm = Number("--max-grad-norm", "The largest norm of the gradients; 0 for any [default: 1]");
    private readonly Option<OptimizerKind?> _optimizer = Choice.Of<OptimizerKind?>(
        "--optim", "How weights are moved [default: adamw_torch; of pretrain in batches of 256 and more lamb]",
        ("adamw_torch", OptimizerKind.AdamW), ("adamw_torch_fused", OptimizerKind.AdamW), ("lamb", OptimizerKind.Lamb));
    private readonly Option<double?> _beta1 = Number("--adam-beta1", "The decay of AdamW's first moment [default: 0.9]");
    private readonly Option<double?> _beta2 = Number("--adam-beta2", "The decay of its second moment [default: 0.999]");
    private readonly Option<double?> _epsilon = Number("--adam-epsilon", "What is added to the second moment's root [default: 1e-8, of lamb 1e-6]");
    private readonly Option<bool> _noBiasCorrection = new("--no-bias-correction") { Description = "Moments are not corrected for beginning at zero, as Google trained ALBERT" };
    private readonly Option<double?> _smoothing = Number("--label-smoothing", "Label smoothing [default: 0]", "--label-smoothing-factor");
    private readonly Option<long?> _seed = new("--seed") { Description = "Of the order, the new head and dropout [default: 42]", HelpName = "N" };
    private readonly Option<long?> _dataSeed = new("--data-seed") { Description = "Of the order alone [default: --seed]", HelpName = "N" };
    private readonly Option<bool> _dropLast = new("--drop-last", "--dataloader-drop-last") { Description = "An epoch leaves out the examples that make no whole batch" };
    private readonly Option<EvaluationLoss> _evalLoss = Choice.Of(
        "--eval-loss", "What the loss of an evaluation is the mean of: all labelled items, or as in transformers the means of batches [default: items]",
        ("items", EvaluationLoss.Items), ("batch-means", EvaluationLoss.BatchMeans));
    private readonly Option<int?> _evalBatchSize = Whole("--per-device-eval-batch-size", "The batches of --eval-loss batch-means; nothing else depends on them [default: 8]", "--eval-batch-size");
    private readonly Option<bool> _noTokenTypes = new("--no-token-types") { Description = "Both texts of a pair have type 0, as transformers 5 trains them; the tokenizer's files then say so" };
    private readonly Option<double?> _hiddenDropout = Number("--hidden-dropout", "Dropout of embeddings and layers [default: the model's]", "--hidden-dropout-prob");
    private readonly Option<double?> _attentionDropout = Number("--attention-dropout", "Dropout of attention [default: the model's]", "--attention-probs-dropout-prob");
    private readonly Option<double?> _classifierDropout = Number("--classifier-dropout", "Dropout before the classifier [default: the model's]", "--classifier-dropout-prob");
    private readonly Option<int?> _evalSteps = Whole("--eval-steps", "Updates between evaluations and checkpoints [default: an epoch]", "--save-steps");
    private readonly Option<int?> _loggingSteps = Whole("--logging-steps", "Updates between entries of the log [default: a hundredth of the run]");
    private readonly Option<int?> _saveTotalLimit = Whole("--save-total-limit", "Checkpoints kept, the last and the best always among them [default: 2]");
    private readonly Option<string?> _metric = new("--metric", "--metric-for-best-model") { Description = "What the best model is chosen by [default: the task's first]", HelpName = "NAME" };
    private readonly Option<int?> _earlyStopping = Whole("--early-stopping", "Stop after so many evaluations without a better one", "--early-stopping-patience");
    private readonly Option<double?> _earlyStoppingThreshold = Number("--early-stopping-threshold", "By how much more an evaluation has to be better [default: 0]");
    private readonly Option<ModelPart?> _freeze = Choice.Of<ModelPart?>(
        "--freeze", "What keeps its weights, with what comes before it [default: nothing]", ("embeddings", ModelPart.Embeddings), ("encoder", ModelPart.Encoder));
    private readonly Option<string> _checkpointing = new("--checkpointing", "--gradient-checkpointing")
    {
        Description = "Less memory for a third more work, the same bits [default: auto, where a batch would else need more than 2 GB]",
        HelpName = "auto|on|off",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<int?> _threads = Whole("--threads", "Threads [default: one for each core]");
    private readonly Option<bool> _huggingFace = new("--hf-defaults") { Description = "transformers' defaults instead of this project's" };

    /// <summary>Adds the options to a command.</summary>
    public TrainingOptionSet(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)
            [_learningRate, _epochs, _maxSteps, _batchSize, _accumulation, _accumulationRule, _weightDecay, _warmup, _warmupRatio, _scheduler, _maxGradNorm, _optimizer, _beta1, _beta2, _epsilon,
                _noBiasCorrection, _smoothing, _hiddenDropout, _attentionDropout, _classifierDropout, _noTokenTypes, _seed, _dataSeed, _dropLast,
                _evalSteps, _evalLoss, _evalBatchSize, _loggingSteps, _saveTotalLimit, _metric, _earlyStopping, _earlyStoppingThreshold, _freeze, _checkpointing, _threads, _huggingFace])
        {
            command.Add(option);
        }
        foreach ((string name, string reason) in Refused)
        {
            Option<string?> refused = new(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne };
            refused.Validators.Add(result => result.AddError($"{name} is not supported: {reason}"));
            command.Add(refused);
        }
        command.Validators.Add(result =>
        {
            if (result.GetResult(_checkpointing) is not null && result.GetValue(_checkpointing) is not (null or "auto" or "on" or "off"))
                result.AddError($"--checkpointing: expected auto|on|off, found \"{result.GetValue(_checkpointing)}\"");
            if (result.GetResult(_warmup) is not null && result.GetResult(_warmupRatio) is not null)
                result.AddError("--warmup-steps and --warmup-ratio exclude each other");
            if (result.GetValue(_evalBatchSize) is not null && result.GetValue(_evalLoss) == EvaluationLoss.Items)
                result.AddError("--per-device-eval-batch-size is for --eval-loss batch-means: nothing else depends on the batches of an evaluation");
            if (result.GetValue(_earlyStoppingThreshold) is not null && result.GetValue(_earlyStopping) is null)
                result.AddError("--early-stopping-threshold is for --early-stopping");
            if (result.GetValue(_warmupRatio) is double ratio && !(ratio is >= 0 and < 1))
                result.AddError("--warmup-ratio: expected a share from 0, below 1");
        });
    }

    /// <summary>Whether what is not said is as transformers has it.</summary>
    public bool IsHuggingFace(ParseResult parsed) => parsed.GetValue(_huggingFace);

    /// <summary>What they say.</summary>
    public TrainingOptions Read(ParseResult parsed)
    {
        TrainingOptions defaults = parsed.GetValue(_huggingFace) ? TrainingOptions.HuggingFace : new TrainingOptions();
        return defaults with
        {
            LearningRate = parsed.GetValue(_learningRate) ?? defaults.LearningRate,
            Epochs = parsed.GetValue(_epochs) ?? defaults.Epochs,
            MaxSteps = parsed.GetValue(_maxSteps) ?? 0,
            BatchSize = (int)Math.Min(int.MaxValue, (long)(parsed.GetValue(_batchSize) ?? defaults.BatchSize) * (parsed.GetValue(_accumulation) ?? 1)),
            GradientAccumulationSteps = parsed.GetValue(_accumulation) ?? 1,
            Accumulation = parsed.GetValue(_accumulationRule),
            WeightDecay = parsed.GetValue(_weightDecay) ?? defaults.WeightDecay,
            WarmupSteps = parsed.GetValue(_warmup) ?? parsed.GetValue(_warmupRatio) ?? defaults.WarmupSteps,
            Scheduler = parsed.GetValue(_scheduler),
            MaxGradientNorm = parsed.GetValue(_maxGradNorm) ?? defaults.MaxGradientNorm,
            AdamBeta1 = parsed.GetValue(_beta1) ?? defaults.AdamBeta1,
            AdamBeta2 = parsed.GetValue(_beta2) ?? defaults.AdamBeta2,
            Optimizer = parsed.GetValue(_optimizer),
            AdamEpsilon = parsed.GetValue(_epsilon),
            BiasCorrection = !parsed.GetValue(_noBiasCorrection),
            LabelSmoothing = parsed.GetValue(_smoothing) ?? 0,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            DataSeed = parsed.GetValue(_dataSeed),
            DropLast = parsed.GetValue(_dropLast),
            HiddenDropout = parsed.GetValue(_hiddenDropout),
            AttentionDropout = parsed.GetValue(_attentionDropout),
            ClassifierDropout = parsed.GetValue(_classifierDropout),
            GivesTokenTypes = !parsed.GetValue(_noTokenTypes),
            EvaluationLoss = parsed.GetValue(_evalLoss),
            EvaluationBatchSize = parsed.GetValue(_evalBatchSize) ?? defaults.EvaluationBatchSize,
            EvaluationSteps = parsed.GetValue(_evalSteps) ?? defaults.EvaluationSteps,
            LoggingSteps = parsed.GetValue(_loggingSteps) ?? defaults.LoggingSteps,
            SaveTotalLimit = parsed.GetValue(_saveTotalLimit) ?? defaults.SaveTotalLimit,
            Metric = parsed.GetValue(_metric),
            EarlyStopping = parsed.GetValue(_earlyStopping) ?? 0,
            EarlyStoppingThreshold = parsed.GetValue(_earlyStoppingThreshold) ?? 0,
            Freeze = parsed.GetValue(_freeze),
            Checkpointing = parsed.GetResult(_checkpointing) is null ? null : parsed.GetValue(_checkpointing) switch { "auto" => null, "off" => false, _ => true },
            ThreadCount = parsed.GetValue(_threads) ?? defaults.ThreadCount,
        };
    }

    /// <summary>What a person should know of the options.</summary>
    public static IEnumerable<string> Notes(TrainingOptions options) => options.GradientAccumulationSteps > 1
        ? [$"--gradient-accumulation-steps makes batches of {options.BatchSize} examples; they are computed in parts of a few hundred tokens in any case"] : [];

    /// <summary>An option that is a number.</summary>
    public static Option<double?> Number(string name, string description, params string[] aliases) => new(name, aliases)
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

    /// <summary>An option that is a whole number from 1.</summary>
    public static Option<int?> Whole(string name, string description, params string[] aliases) =>
        new Option<int?>(name, aliases) { Description = description, HelpName = "N" }.AtLeast(1);
}
