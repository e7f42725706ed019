using System.Text.Json;

namespace AlbertNative.Training;

/// <summary>What <c>trainer_state.json</c> holds, under transformers' keys, so that tools that plot it can.</summary>
public sealed class TrainerState
{
    /// <summary>The file.</summary>
    public const string FileName = "trainer_state.json";

    private readonly List<SortedDictionary<string, double>> _history = [];

    /// <summary>The updates done.</summary>
    public int GlobalStep { get; set; }

    /// <summary>The epochs done, with fractions.</summary>
    public double Epoch { get; set; }

    /// <summary>The updates of the run.</summary>
    public int MaxSteps { get; set; }

    /// <summary>The best evaluation's main metric; null before the first.</summary>
    public double? BestMetric { get; set; }

    /// <summary>The update after which it was measured.</summary>
    public int? BestStep { get; set; }

    /// <summary>Evaluations since then.</summary>
    public int WorseEvaluations { get; set; }

    /// <summary>The sum of the losses of the updates that are not yet in the log, and their number.</summary>
    public (double Sum, int Count) UnloggedLoss { get; set; }

    /// <summary>The sum of the losses of the updates since the evaluation before, and their number.</summary>
    public (double Sum, int Count) UnjudgedLoss { get; set; }

    /// <summary>The sum of the losses of all updates.</summary>
    public double TotalLoss { get; set; }

    /// <summary>The tokens that have been computed.</summary>
    public long InputTokens { get; set; }

    /// <summary>The floating-point operations that transformers counts for them: 6 for each token and parameter beside the embeddings.</summary>
    public double TotalFlos { get; set; }

    /// <summary>How often the data are gone through (<c>num_train_epochs</c>).</summary>
    public int Epochs { get; set; }

    /// <summary>The updates between entries of the training loss (<c>logging_steps</c>).</summary>
    public int LoggingSteps { get; set; }

    /// <summary>The updates between evaluations, after each of which a checkpoint is written (<c>eval_steps</c>, <c>save_steps</c>).</summary>
    public int EvaluationSteps { get; set; }

    /// <summary>The examples of one update (<c>train_batch_size</c>).</summary>
    public int BatchSize { get; set; }

    /// <summary>The patience and threshold of early stopping; a patience of 0 for none.</summary>
    public (int Patience, double Threshold) EarlyStopping { get; set; }

    /// <summary>All logged values, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> LogHistory => _history;

    /// <summary>Adds an entry, in which epoch and step are filled in, and returns it.</summary>
    public IReadOnlyDictionary<string, double> Log(IEnumerable<KeyValuePair<string, double>> values)
    {
        SortedDictionary<string, double> entry = new(StringComparer.Ordinal) { ["epoch"] = Epoch, ["step"] = GlobalStep };
        foreach ((string key, double value) in values)
            entry[key] = value;
        _history.Add(entry);
        return entry;
    }

    /// <summary>Writes the file into a directory.</summary>
    public void Save(string directory)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            Write(json);
        WholeFile.Write(Path.Combine(directory, FileName), text.ToArray());
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("albertnative");
        json.WriteNumber("total_loss", TotalLoss);
        json.WriteNumber("unlogged_loss", UnloggedLoss.Sum);
        json.WriteNumber("unlogged_updates", UnloggedLoss.Count);
        json.WriteNumber("unjudged_loss", UnjudgedLoss.Sum);
        json.WriteNumber("unjudged_updates", UnjudgedLoss.Count);
        json.WriteNumber("worse_evaluations", WorseEvaluations);
        json.WriteEndObject();
        WriteNumber(json, "best_global_step", BestStep);
        WriteNumber(json, "best_metric", BestMetric);
        if (BestStep is int best)
            json.WriteString("best_model_checkpoint", FormattableString.Invariant($"checkpoint-{best}"));
        else
            json.WriteNull("best_model_checkpoint");
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("eval_steps", EvaluationSteps);
        json.WriteNumber("global_step", GlobalStep);
        json.WriteBoolean("is_hyper_param_search", false);
        json.WriteBoolean("is_local_process_zero", true);
        json.WriteBoolean("is_world_process_zero", true);
        json.WriteStartArray("log_history");
        foreach (SortedDictionary<string, double> entry in _history)
            WriteEntry(json, entry);
        json.WriteEndArray();
        json.WriteNumber("logging_steps", LoggingSteps);
        json.WriteNumber("max_steps", MaxSteps);
        json.WriteNumber("num_input_tokens_seen", InputTokens);
        json.WriteNumber("num_train_epochs", Epochs);
        json.WriteNumber("save_steps", EvaluationSteps);
        WriteCallbacks(json);
        json.WriteNumber("total_flos", TotalFlos);
        json.WriteNumber("train_batch_size", BatchSize);
        json.WriteNull("trial_name");
        json.WriteNull("trial_params");
        json.WriteEndObject();
    }

    /// <summary>Writes an entry of the log as an object.</summary>
    public static void WriteEntry(Utf8JsonWriter json, IReadOnlyDictionary<string, double> entry)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(entry);
        json.WriteStartObject();
        foreach ((string key, double value) in entry)
            json.WriteNumber(key, value);
        json.WriteEndObject();
    }

    /// <summary>Reads the file of a directory.</summary>
    /// <exception cref="FormatException">It is not such a file; names it.</exception>
    public static TrainerState Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement, own = root.GetProperty("albertnative");
            TrainerState state = new()
            {
                GlobalStep = root.GetProperty("global_step").GetInt32(),
                Epoch = root.GetProperty("epoch").GetDouble(),
                MaxSteps = root.GetProperty("max_steps").GetInt32(),
                BestMetric = Number(root.GetProperty("best_metric")),
                BestStep = (int?)Number(root.GetProperty("best_global_step")),
                TotalLoss = own.GetProperty("total_loss").GetDouble(),
                InputTokens = root.GetProperty("num_input_tokens_seen").GetInt64(),
                TotalFlos = root.GetProperty("total_flos").GetDouble(),
                UnloggedLoss = (own.GetProperty("unlogged_loss").GetDouble(), own.GetProperty("unlogged_updates").GetInt32()),
                UnjudgedLoss = (own.GetProperty("unjudged_loss").GetDouble(), own.GetProperty("unjudged_updates").GetInt32()),
                WorseEvaluations = own.GetProperty("worse_evaluations").GetInt32(),
            };
            foreach (JsonElement entry in root.GetProperty("log_history").EnumerateArray())
            {
                SortedDictionary<string, double> values = new(StringComparer.Ordinal);
                foreach (JsonProperty value in entry.EnumerateObject())
                    values[value.Name] = value.Value.GetDouble();
                state._history.Add(values);
            }
            return state;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"{path} is no {FileName} of this trainer: {exception.Message}", exception);
        }
    }

    /// <summary>As transformers keeps the state of early stopping.</summary>
    private void WriteCallbacks(Utf8JsonWriter json)
    {
        json.WriteStartObject("stateful_callbacks");
        if (EarlyStopping.Patience > 0)
        {
            json.WriteStartObject("EarlyStoppingCallback");
            json.WriteStartObject("args");
            json.WriteNumber("early_stopping_patience", EarlyStopping.Patience);
            json.WriteNumber("early_stopping_threshold", EarlyStopping.Threshold);
            json.WriteEndObject();
            json.WriteStartObject("attributes");
            json.WriteNumber("early_stopping_patience_counter", WorseEvaluations);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static double? Number(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();

    private static void WriteNumber(Utf8JsonWriter json, string key, double? value)
    {
        if (value is double number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }
}
