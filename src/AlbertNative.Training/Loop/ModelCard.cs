using System.Globalization;
using System.Text;

namespace AlbertNative.Training;

/// <summary>The <c>README.md</c> of a trained model: of what it was made, how, and what was measured.</summary>
internal static class ModelCard
{
    /// <summary>Its text.</summary>
    /// <param name="directory">The model's directory, whose name is the title.</param>
    /// <param name="baseModel">The path of the model that it began with.</param>
    /// <param name="task">What it learnt, with the data's files.</param>
    /// <param name="options">How.</param>
    /// <param name="state">What came of it.</param>
    /// <param name="end">Why it ended.</param>
    /// <param name="mainMetric">What the best model was chosen by.</param>
    public static string Of(
        string directory, string baseModel, TrainingTask task, TrainingOptions options, TrainerState state, TrainingEnd end, string mainMetric)
    {
        StringBuilder text = new();
        text.Append("# ").Append(NameOf(directory)).Append("\n\n");
        text.Append("License: to be filled in; it depends on the base model's and the data's.\n\n");
        text.Append("Base model: ").Append(NameOf(baseModel)).Append("\n\n## Data\n\n");
        foreach (string file in task.DataFiles)
            text.Append("- ").Append(file).Append('\n');
        text.Append("\n## Training\n\n| option | value |\n|---|---|\n");
        foreach (TrainingSetting setting in TrainingSettings.Of(options).Where(setting => setting.Value is not null))
            text.Append("| ").Append(setting.Name).Append(" | ").Append(setting.Text).Append(" |\n");
        text.Append("\n## Results\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{state.GlobalStep} of {state.MaxSteps} updates ({end}).\n");
        if (state.BestMetric is double best)
        {
            text.Append(CultureInfo.InvariantCulture, $"Best {mainMetric} on the development set: {best:F4}, after update {state.BestStep}.\n");
            Measured(text, state);
        }
        text.Append("\n![Losses and the main metric over the updates](training.svg)\n");
        return text.ToString();
    }

    /// <summary>What the evaluations found, a row each.</summary>
    private static void Measured(StringBuilder text, TrainerState state)
    {
        IReadOnlyDictionary<string, double>[] evaluations = [.. state.LogHistory.Where(entry => entry.ContainsKey("eval_loss"))];
        string[] names = [.. evaluations.SelectMany(entry => entry.Keys).Distinct(StringComparer.Ordinal).Where(key => key.StartsWith("eval_", StringComparison.Ordinal))];
        text.Append("\n| update | ").AppendJoin(" | ", names.Select(name => name["eval_".Length..])).Append(" |\n|---|");
        foreach (string _ in names)
            text.Append("---|");
        text.Append('\n');
        foreach (IReadOnlyDictionary<string, double> entry in evaluations)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {entry["step"]:F0} |");
            foreach (string name in names)
                text.Append(entry.TryGetValue(name, out double value) ? string.Create(CultureInfo.InvariantCulture, $" {value:F4} |") : " – |");
            text.Append('\n');
        }
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
