using System.Globalization;
using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>One entry of <see cref="TrainingSettings"/>.</summary>
/// <param name="Name">Its name: transformers', where it has one.</param>
/// <param name="Value">A number, a truth value, a text, or null.</param>
/// <param name="Changes">Whether another value would give other numbers.</param>
internal readonly record struct TrainingSetting(string Name, object? Value, bool Changes = true)
{
    public string Text => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "";
}

/// <summary>
/// <c>training_options.json</c>: with what options and data a run was begun, in transformers' names. A run with others does not
/// go on from its checkpoints.
/// </summary>
internal static class TrainingSettings
{
    public const string FileName = "training_options.json";

    /// <summary>All options, and what the task was made of.</summary>
    public static IReadOnlyList<TrainingSetting> Of(TrainingOptions options, TrainingTask task, IReadOnlyList<string> labels) =>
    [
        .. Of(options),
        new("task", task.Fingerprint),
        new("labels", string.Join(", ", labels)),
    ];

    /// <summary>The options, of which threads and memory change no number.</summary>
    public static IReadOnlyList<TrainingSetting> Of(TrainingOptions options)
    {
        OptimizerKind optimizer = options.Optimizer ?? OptimizerKind.AdamW;
        return
        [
            new("learning_rate", options.LearningRate),
            new("num_train_epochs", options.Epochs),
            new("max_steps", options.MaxSteps),
            new("train_batch_size", options.BatchSize),
            new("gradient_accumulation_steps", options.GradientAccumulationSteps),
            new("accumulation", Word(options.Accumulation)),
            new("weight_decay", options.WeightDecay),
            new("lr_scheduler_type", Word(options.Scheduler)),
            new("warmup_steps", options.WarmupSteps),
            new("max_grad_norm", options.MaxGradientNorm),
            new("optim", optimizer == OptimizerKind.Lamb ? "lamb" : "adamw_torch"),
            new("adam_beta1", options.AdamBeta1),
            new("adam_beta2", options.AdamBeta2),
            new("adam_epsilon", options.EpsilonOf(optimizer)),
            new("bias_correction", options.BiasCorrection),
            new("label_smoothing_factor", options.LabelSmoothing),
            new("seed", options.Seed),
            new("data_seed", options.DataSeed ?? options.Seed),
            new("dataloader_drop_last", options.DropLast),
            new("freeze", options.Freeze is { } part ? Word(part) : null),
            new("hidden_dropout_prob", options.HiddenDropout),
            new("attention_probs_dropout_prob", options.AttentionDropout),
            new("classifier_dropout_prob", options.ClassifierDropout),
            new("token_types", options.GivesTokenTypes),
            new("tokens_per_micro_batch", options.TokensPerMicroBatch),
            new("eval_loss", Word(options.EvaluationLoss)),
            new("per_device_eval_batch_size", options.EvaluationBatchSize, options.EvaluationLoss == EvaluationLoss.BatchMeans),
            new("eval_steps", options.EvaluationSteps),
            new("logging_steps", options.LoggingSteps),
            new("metric_for_best_model", options.Metric),
            new("load_best_model_at_end", options.LoadBestModelAtEnd, Changes: false),
            new("early_stopping_patience", options.EarlyStopping, Changes: false),
            new("early_stopping_threshold", options.EarlyStoppingThreshold, Changes: false),
            new("save_total_limit", options.SaveTotalLimit, Changes: false),
            new("gradient_checkpointing", options.Checkpointing, Changes: false),
        ];
    }

    /// <summary>Writes the file into a checkpoint.</summary>
    public static void Save(string directory, IReadOnlyList<TrainingSetting> settings)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            foreach (TrainingSetting setting in settings.Where(setting => setting.Changes))
                Write(json, setting);
            json.WriteEndObject();
        }
        WholeFile.Write(Path.Combine(directory, FileName), text.ToArray());
    }

    /// <summary>Refuses a checkpoint of a run with other options or other data, in what they differ.</summary>
    /// <exception cref="FormatException">It is of one, or is no checkpoint of this trainer.</exception>
    public static void RequireSame(string directory, IReadOnlyList<TrainingSetting> settings)
    {
        string path = Path.Combine(directory, FileName);
        Dictionary<string, string> written = Read(path);
        List<string> differences = [];
        foreach (TrainingSetting setting in settings.Where(setting => setting.Changes))
        {
            string before = written.GetValueOrDefault(setting.Name, "");
            if (before != setting.Text)
                differences.Add($"{setting.Name} was {Shown(before)} and is {Shown(setting.Text)}");
        }
        if (differences.Count > 0)
            throw new FormatException($"{directory} is of a run with other options or other data and cannot be gone on with: {string.Join("; ", differences)}");
    }

    private static Dictionary<string, string> Read(string path)
    {
        if (!File.Exists(path))
            throw new FormatException($"there is no {path}: this is no checkpoint of this trainer");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => Text(entry.Value), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"{path} is no {FileName} of this trainer: {exception.Message}", exception);
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? whole.ToString(CultureInfo.InvariantCulture) : value.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => bool.TrueString,
        JsonValueKind.False => bool.FalseString,
        JsonValueKind.Null => "",
        _ => value.GetString()!,
    };

    private static void Write(Utf8JsonWriter json, TrainingSetting setting)
    {
        switch (setting.Value)
        {
            case null:
                json.WriteNull(setting.Name);
                break;
            case bool flag:
                json.WriteBoolean(setting.Name, flag);
                break;
            case int number:
                json.WriteNumber(setting.Name, number);
                break;
            case long number:
                json.WriteNumber(setting.Name, number);
                break;
            case double number:
                json.WriteNumber(setting.Name, number);
                break;
            default:
                json.WriteString(setting.Name, setting.Text);
                break;
        }
    }

    private static string Shown(string text) => text.Length == 0 ? "not given" : text;

    /// <summary>A name of an enumeration as the command line has it: <c>ConstantWithWarmup</c> is <c>constant_with_warmup</c>.</summary>
    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
