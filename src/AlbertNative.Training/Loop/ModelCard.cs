using System.Globalization;
using System.Text;
using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>The <c>README.md</c> of a trained model: of what it was made, how, and what was measured.</summary>
internal static class ModelCard
{
    public static void Write(string directory, TrainingTask task, TrainingOptions options, TrainerState state, TrainingEnd end, string mainMetric)
    {
        StringBuilder text = new();
        text.Append("# ").Append(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)))).Append("\n\n");
        text.Append("License: to be filled in; it depends on the base model's and the data's.\n\n## Data\n\n");
        foreach (string file in task.DataFiles)
            text.Append("- ").Append(file).Append('\n');
        text.Append("\n## Training\n\n| option | value |\n|---|---|\n");
        Row("learning_rate", options.LearningRate);
        Row("num_train_epochs", options.Epochs);
        Row("max_steps", options.MaxSteps);
        Row("train_batch_size", options.BatchSize);
        Row("weight_decay", options.WeightDecay);
        Row("lr_scheduler_type", options.Scheduler);
        Row("warmup_steps", options.WarmupSteps);
        Row("max_grad_norm", options.MaxGradientNorm);
        Row("optim", options.Optimizer);
        Row("adam_beta1", options.AdamBeta1);
        Row("adam_beta2", options.AdamBeta2);
        Row("adam_epsilon", options.AdamEpsilon);
        Row("label_smoothing_factor", options.LabelSmoothing);
        Row("seed", options.Seed);
        Row("data_seed", options.DataSeed ?? options.Seed);
        if (options.Freeze is ModelPart frozen)
            Row("frozen", frozen);
        text.Append("\n## Results\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{state.GlobalStep} of {state.MaxSteps} updates ({end}).\n");
        if (state.BestMetric is double best)
            text.Append(CultureInfo.InvariantCulture, $"Best {mainMetric} on the development set: {best:F4}, after update {state.BestStep}.\n");
        text.Append("\n![Losses and the main metric over the updates](training.svg)\n");
        File.WriteAllText(Path.Combine(directory, "README.md"), text.ToString());

        void Row(string name, object value) => text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
    }
}
