using System.Diagnostics;
using System.Globalization;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tensors.Threading;
using AlbertNative.Training;

namespace AlbertNative.Benchmarks;

/// <summary>
/// One training step of albert-base-v2, as <c>bench/libtorch</c> times it in libtorch: a JSON line with the CPU time of forward and
/// backward pass and of the update, and the process's peak memory.
/// </summary>
internal static class TrainingLines
{
    /// <param name="threads">The model's threads.</param>
    /// <param name="shape">Texts by tokens, or "mixed".</param>
    /// <param name="head">"sequence" or "token".</param>
    /// <param name="runs">Runs, of which the best counts.</param>
    /// <param name="output">Takes the line.</param>
    public static void Write(int threads, string shape, string head, int runs, TextWriter output)
    {
        (double step, double update) = Measure(shape, head == "token", threads, runs);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"peer":"AlbertNative","threads":{{threads}},"shape":"{{shape}}","head":"{{head}}","step_ms":{{step:F1}},"update_ms":{{update:F1}},"peak_mb":{{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0}}}"""));
    }

    private static (double Step, double Update) Measure(string shape, bool tokens, int threads, int runs)
    {
        ModelArchitecture architecture = tokens ? ModelArchitecture.TokenClassification : ModelArchitecture.SequenceClassification;
        ModelConfig config = SyntheticModels.BaseV2 with { Labels = ModelConfig.NumberedLabels(3) };
        using TrainableModel model = TrainableModel.Create(
            config, architecture, new SyntheticCheckpoint(config, architecture), new TrainableModelOptions { ThreadCount = threads });
        AdamW optimizer = new(model.Layout.Parameters, model.Layout.Length, new AdamWOptions());
        TokenBatch[] batches = Batches(shape);
        Random random = new(1);
        ClassTargets[] targets = [.. batches.Select(batch =>
            new ClassTargets([.. Enumerable.Range(0, tokens ? batch.TokenCount : batch.SequenceCount).Select(_ => random.Next(3))]))];
        LossParts weight = default;
        foreach (ClassTargets target in targets)
            weight += target.Weight;
        double best = double.PositiveInfinity, updated = double.PositiveInfinity;
        for (int run = 0; run <= runs; run++)
        {
            TimeSpan begun = Cpu();
            model.ClearGradients();
            for (int i = 0; i < batches.Length; i++)
            {
                model.Forward(batches[i]);
                targets[i].Apply(model, weight);
                model.Backward();
            }
            TimeSpan computed = Cpu();
            optimizer.Step((TeamProgram program) => model.Run(program), model.Values, model.Gradients, 2e-5);
            model.Pack();
            // The first run also pays for memory and for compiling.
            if (run == 0)
                continue;
            best = Math.Min(best, (computed - begun).TotalMilliseconds);
            updated = Math.Min(updated, (Cpu() - computed).TotalMilliseconds);
        }
        return (best, updated);
    }

    /// <summary>
    /// Texts of one length, or for <c>mixed</c> 32 of 8 to 128 tokens, those of <c>bench/libtorch</c>; in micro-batches as
    /// <see cref="Trainer"/> makes them (<see cref="TrainingOptions.TokensPerMicroBatch"/>).
    /// </summary>
    private static TokenBatch[] Batches(string shape)
    {
        const int MicroBatchTokens = 512;
        Random random = new(2);
        int[] lengths = shape == "mixed"
            ? [.. Enumerable.Range(0, 32).Select(text => 8 + (text * 37 % 121))] : LengthsOf(SyntheticModels.Batch(shape));
        List<TokenBatch> batches = [new()];
        foreach (int length in lengths)
        {
            if (batches[^1].TokenCount > 0 && batches[^1].TokenCount + length > MicroBatchTokens)
                batches.Add(new());
            batches[^1].Add([.. Enumerable.Range(0, length).Select(_ => random.Next(5, SyntheticModels.BaseV2.VocabularySize))]);
        }
        return [.. batches];
    }

    private static int[] LengthsOf(TokenBatch batch) =>
        [.. Enumerable.Range(0, batch.SequenceCount).Select(i => batch.SequenceStarts[i + 1] - batch.SequenceStarts[i])];

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;
}
