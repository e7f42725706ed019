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

    /// <summary>What the options and data were that the run was begun with; a run with others does not go on from it.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>All logged values, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> LogHistory => _history;

    /// <summary>Adds an entry; epoch and step are filled in.</summary>
    public void Log(IEnumerable<KeyValuePair<string, double>> values)
    {
        SortedDictionary<string, double> entry = new(StringComparer.Ordinal) { ["epoch"] = Epoch, ["step"] = GlobalStep };
        foreach ((string key, double value) in values)
            entry[key] = value;
        _history.Add(entry);
    }

    /// <summary>Writes the file into a directory.</summary>
    public void Save(string directory)
    {
        using FileStream stream = File.Create(Path.Combine(directory, FileName));
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartObject("albertnative");
        json.WriteString("fingerprint", Fingerprint);
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
        json.WriteNumber("global_step", GlobalStep);
        json.WriteBoolean("is_hyper_param_search", false);
        json.WriteBoolean("is_local_process_zero", true);
        json.WriteBoolean("is_world_process_zero", true);
        json.WriteStartArray("log_history");
        foreach (SortedDictionary<string, double> entry in _history)
        {
            json.WriteStartObject();
            foreach ((string key, double value) in entry)
                json.WriteNumber(key, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("max_steps", MaxSteps);
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
                Fingerprint = own.GetProperty("fingerprint").GetString()!,
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

    private static double? Number(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetDouble();

    private static void WriteNumber(Utf8JsonWriter json, string key, double? value)
    {
        if (value is double number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }
}
