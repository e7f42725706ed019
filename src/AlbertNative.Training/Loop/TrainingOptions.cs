using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>What the loss of an update is the mean of, where gradients are accumulated over several groups of its examples.</summary>
public enum AccumulationRule
{
    /// <summary>All labelled items of the update alike: the loss of the batch, in however many parts it is computed.</summary>
    Items,

    /// <summary>The groups' means: a group with few labels counts as much as one with many (transformers up to 4.45).</summary>
    MeanOfMeans,

    /// <summary>Not a mean but the sum of the groups' means, so that the gradient grows with their number (transformers 5.24).</summary>
    SumOfMeans,
}

/// <summary>What the loss of an evaluation is the mean of.</summary>
public enum EvaluationLoss
{
    /// <summary>All labelled items alike, so that it depends on no batches.</summary>
    Items,

    /// <summary>
    /// The means of batches of <see cref="TrainingOptions.EvaluationBatchSize"/> examples, each counted by its examples
    /// (transformers): the same where every example has one label, else not.
    /// </summary>
    BatchMeans,
}

/// <summary>How parameters are moved.</summary>
public enum OptimizerKind
{
    /// <summary><c>torch.optim.AdamW</c>.</summary>
    AdamW,

    /// <summary>LAMB, for pre-training in batches of hundreds and thousands.</summary>
    Lamb,
}

/// <summary>
/// How a model is trained, under the names of transformers' <c>TrainingArguments</c>. A new instance has this project's
/// defaults, which suit ALBERT; <see cref="HuggingFace"/> has the Trainer's.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>transformers' defaults (<c>--hf-defaults</c>).</summary>
    public static TrainingOptions HuggingFace { get; } = new()
    {
        LearningRate = 5e-5,
        WarmupSteps = 0,
        WeightDecay = 0,
        BatchSize = 8,
        EvaluationSteps = 500,
        LoggingSteps = 500,
        SaveTotalLimit = int.MaxValue,
        LoadBestModelAtEnd = false,
    };

    /// <summary><c>learning_rate</c>; transformers has 5e-5, from which ALBERT, whose layers share their weights, diverges easily.</summary>
    public double LearningRate { get; init; } = 2e-5;

    /// <summary><c>num_train_epochs</c>.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary><c>max_steps</c>: the updates; 0 for as many as <see cref="Epochs"/> make.</summary>
    public int MaxSteps { get; init; }

    /// <summary>The examples of one update: <c>per_device_train_batch_size</c> times <c>gradient_accumulation_steps</c>.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary><c>gradient_accumulation_steps</c>: the groups of <see cref="BatchSize"/>'s examples that <see cref="Accumulation"/> speaks of.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>What the loss is the mean of.</summary>
    public AccumulationRule Accumulation { get; init; }

    /// <summary><c>weight_decay</c>.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary><c>warmup_steps</c>: a number of updates, or below 1 a share of all.</summary>
    public double WarmupSteps { get; init; } = 0.1;

    /// <summary><c>lr_scheduler_type</c>.</summary>
    public ScheduleKind Scheduler { get; init; } = ScheduleKind.Linear;

    /// <summary><c>max_grad_norm</c>; 0 for none.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary><c>optim</c>; null for what the task is best trained with (<see cref="TrainingTask.OptimizerFor"/>).</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary><c>adam_beta1</c>.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary><c>adam_beta2</c>.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary><c>adam_epsilon</c>; null for 1e-8, or 1e-6 with LAMB.</summary>
    public double? AdamEpsilon { get; init; }

    /// <summary>Whether the moments are corrected for beginning at zero, as in transformers; Google's own ALBERT was trained without.</summary>
    public bool BiasCorrection { get; init; } = true;

    /// <summary><c>label_smoothing_factor</c>.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary><c>seed</c>: of the order, the new head and what is dropped.</summary>
    public long Seed { get; init; } = 42;

    /// <summary><c>data_seed</c>: of the order alone; null for <see cref="Seed"/>.</summary>
    public long? DataSeed { get; init; }

    /// <summary><c>dataloader_drop_last</c>: whether an epoch leaves out the examples that make no whole batch.</summary>
    public bool DropLast { get; init; }

    /// <summary><c>eval_steps</c> and <c>save_steps</c>: the updates between evaluations, after each of which a checkpoint is written; 0 for an epoch.</summary>
    public int EvaluationSteps { get; init; }

    /// <summary>What the loss of an evaluation is the mean of.</summary>
    public EvaluationLoss EvaluationLoss { get; init; }

    /// <summary><c>per_device_eval_batch_size</c>, on which only <see cref="EvaluationLoss.BatchMeans"/> depends.</summary>
    public int EvaluationBatchSize { get; init; } = 8;

    /// <summary>
    /// Whether the model is told which text of a pair a token is of. transformers 5 does not, unless a tokenizer's
    /// <c>model_input_names</c> says so; the trained tokenizer's files then do not either.
    /// </summary>
    public bool GivesTokenTypes { get; init; } = true;

    /// <summary><c>hidden_dropout_prob</c> of the model that is trained; null for what its configuration says.</summary>
    public double? HiddenDropout { get; init; }

    /// <summary><c>attention_probs_dropout_prob</c>; null for what the configuration says.</summary>
    public double? AttentionDropout { get; init; }

    /// <summary><c>classifier_dropout_prob</c> (BERT: <c>classifier_dropout</c>); null for what the configuration says.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary><c>logging_steps</c>: the updates between entries of the training loss in the log; 0 for a hundredth of the run.</summary>
    public int LoggingSteps { get; init; }

    /// <summary><c>save_total_limit</c>: how many checkpoints are kept, the best and the last always among them.</summary>
    public int SaveTotalLimit { get; init; } = 2;

    /// <summary><c>metric_for_best_model</c>; null for the task's. Of losses and errors the smallest is best, of all others the largest.</summary>
    public string? Metric { get; init; }

    /// <summary>What is not trained, with what comes before it; null where all is.</summary>
    public ModelPart? Freeze { get; init; }

    /// <summary><c>early_stopping_patience</c>: evaluations without a better one after which training stops; 0 for never.</summary>
    public int EarlyStopping { get; init; }

    /// <summary><c>early_stopping_threshold</c>: by how much more an evaluation has to be better to count as such.</summary>
    public double EarlyStoppingThreshold { get; init; }

    /// <summary><c>load_best_model_at_end</c>: whether the best evaluation's parameters are the result, not the last.</summary>
    public bool LoadBestModelAtEnd { get; init; } = true;

    /// <summary>Threads; results do not depend on them.</summary>
    public int ThreadCount { get; init; } = Math.Max(1, Tensors.Threading.ProcessorInfo.PhysicalCores);

    /// <summary>
    /// The tokens that are computed at a time; examples of one update beyond that follow in further micro-batches, whose
    /// losses and gradients add up to the same mean. Null for 512, with which products are as fast as with more and memory is least;
    /// for 4,096 where the loss is one of all examples together, since several micro-batches are then computed twice.
    /// </summary>
    public int? TokensPerMicroBatch { get; init; }

    /// <summary>
    /// <c>gradient_checkpointing</c>: keep less of each forward pass and compute it again: a third more work, a fraction of the memory,
    /// the same bits. Null for where a micro-batch's layers would else need more than 2 GB.
    /// </summary>
    public bool? Checkpointing { get; init; }

    /// <summary>The tokens of a micro-batch, where the loss is one of all examples of an update together or not.</summary>
    internal int MicroBatchTokens(bool joinsExamples) => TokensPerMicroBatch ?? (joinsExamples ? 4096 : 512);

    /// <summary>Whether layers are computed again for a model of these sizes.</summary>
    internal bool Checkpoints(ModelConfig config, bool joinsExamples)
    {
        const long Limit = 2L << 30;
        long floats = (7L * config.HiddenSize) + config.IntermediateSize;
        return Checkpointing ?? 4 * floats * config.LayerCount * config.InnerGroupCount * MicroBatchTokens(joinsExamples) > Limit;
    }

    /// <summary>What is added to the second moment's root by an optimizer.</summary>
    internal double EpsilonOf(OptimizerKind optimizer) => AdamEpsilon ?? (optimizer == OptimizerKind.Lamb ? 1e-6 : 1e-8);

    /// <summary>The configuration that is trained: with other dropout, where that is chosen.</summary>
    internal ModelConfig Apply(ModelConfig config)
    {
        if (HiddenDropout is double hidden)
            config = config with { HiddenDropout = hidden };
        if (AttentionDropout is double attention)
            config = config with { AttentionDropout = attention };
        return ClassifierDropout is double classifier ? config with { ClassifierDropout = classifier } : config;
    }

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ArgumentException">Names every option that is out of range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Check(LearningRate is >= 0 and <= 1, $"learning_rate is {LearningRate}, expected from 0 to 1");
        Check(MaxSteps >= 0, $"max_steps is {MaxSteps}, expected at least 0");
        Check(MaxSteps > 0 || Epochs is > 0 and <= 1e6, $"num_train_epochs is {Epochs}, expected above 0");
        Check(BatchSize >= 1, $"the batch is {BatchSize} examples, expected at least 1");
        Check(GradientAccumulationSteps >= 1 && BatchSize % GradientAccumulationSteps == 0, $"gradient_accumulation_steps is {GradientAccumulationSteps}, expected a divisor of the batch of {BatchSize}");
        Check(WeightDecay is >= 0 and < 1, $"weight_decay is {WeightDecay}, expected from 0, below 1");
        Check(WarmupSteps >= 0, $"warmup_steps is {WarmupSteps}, expected at least 0");
        Check(MaxGradientNorm >= 0, $"max_grad_norm is {MaxGradientNorm}, expected at least 0");
        Check(AdamBeta1 is >= 0 and < 1, $"adam_beta1 is {AdamBeta1}, expected from 0, below 1");
        Check(AdamBeta2 is >= 0 and < 1, $"adam_beta2 is {AdamBeta2}, expected from 0, below 1");
        Check(AdamEpsilon is null or > 0, $"adam_epsilon is {AdamEpsilon}, expected above 0");
        Check(LabelSmoothing is >= 0 and < 1, $"label_smoothing_factor is {LabelSmoothing}, expected from 0, below 1");
        Check(EarlyStopping >= 0, $"early stopping after {EarlyStopping} evaluations, expected at least 0");
        Check(EarlyStoppingThreshold >= 0, $"early_stopping_threshold is {EarlyStoppingThreshold}, expected at least 0");
        Check(EvaluationBatchSize >= 1, $"per_device_eval_batch_size is {EvaluationBatchSize}, expected at least 1");
        Check(HiddenDropout is null or (>= 0 and < 1), $"hidden_dropout_prob is {HiddenDropout}, expected from 0, below 1");
        Check(AttentionDropout is null or (>= 0 and < 1), $"attention_probs_dropout_prob is {AttentionDropout}, expected from 0, below 1");
        Check(ClassifierDropout is null or (>= 0 and < 1), $"classifier_dropout_prob is {ClassifierDropout}, expected from 0, below 1");
        Check(EvaluationSteps >= 0, $"eval_steps is {EvaluationSteps}, expected at least 0");
        Check(LoggingSteps >= 0, $"logging_steps is {LoggingSteps}, expected at least 0");
        Check(SaveTotalLimit >= 1, $"save_total_limit is {SaveTotalLimit}, expected at least 1");
        Check(Freeze is null or ModelPart.Embeddings or ModelPart.Encoder, $"freeze is {Freeze}, expected embeddings or encoder");
        Check(ThreadCount >= 1, $"{ThreadCount} threads, expected at least 1");
        Check(TokensPerMicroBatch is not < 1, $"{TokensPerMicroBatch} tokens in a micro-batch, expected at least 1");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults));

        void Check(bool holds, FormattableString fault)
        {
            if (!holds)
                faults.Add(FormattableString.Invariant(fault));
        }
    }
}
