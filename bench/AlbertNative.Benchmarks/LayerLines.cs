using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Benchmarks;

/// <summary>
/// What it costs to take sequences through the layers one step at a time: whole passes, steps of sequences at one depth, and
/// steps of sequences at as many depths as there are sequences, in turns; and how long a text of 8 tokens takes that comes in
/// the middle of it all: joining it, let past it between two layers, or waiting for its end. In processor time of one thread,
/// which other work on the machine disturbs least.
/// </summary>
internal static class LayerLines
{
    private const int Rounds = 9;

    public static void Write(TextWriter writer)
    {
        foreach (WeightPrecision precision in (WeightPrecision[])[WeightPrecision.Float32, WeightPrecision.Int8])
        {
            using PreTrainedModel model = PreTrainedModel.Create(
                SyntheticModels.BaseV2, SyntheticModels.Weights(ModelArchitecture.Model), SyntheticModels.Options(precision));
            foreach ((int sequences, int length) in (ReadOnlySpan<(int, int)>)[(2, 128), (4, 64), (12, 21), (1, 256)])
                Compare(model, precision, sequences, length, writer);
        }
    }

    private static void Compare(PreTrainedModel model, WeightPrecision precision, int sequences, int length, TextWriter writer)
    {
        EncoderHead head = new(model);
        EncoderOutput output = new();
        TokenBatch whole = SyntheticModels.Batch($"{sequences}x{length}"), single = SyntheticModels.Batch($"1x{length}"), late = SyntheticModels.Batch("1x8");
        using ThreadTeam team = new(1);
        using LayerPass pass = new(model);
        int layers = model.Config.LayerCount;
        List<double> passes = [], together = [], mixed = [], joined = [], alone = [];
        for (int round = 0; round < Rounds + 2; round++)
        {
            double wholePass = Time(() => head.Forward(whole, output));
            double steps = Time(() => Together(pass, team, head, whole));
            double staggered = Staggered(pass, team, head, single, sequences, layers);
            double lateText = LateText(pass, team, head, whole, late), lateAlone = Time(() => Together(pass, team, head, late));
            if (round < 2)
                continue;
            passes.Add(wholePass);
            together.Add(steps);
            mixed.Add(staggered);
            joined.Add(lateText);
            alone.Add(lateAlone);
        }
        double baseline = Statistics.Median(passes), step = baseline / layers;
        writer.WriteLine(FormattableString.Invariant(
            $"{precision} {sequences}x{length}: a pass {baseline * 1000:F1} ms, by layers {Statistics.Median(together) / baseline:F3} of it, at {sequences} depths {Statistics.Median(mixed) / baseline:F3}"));
        writer.WriteLine(FormattableString.Invariant(
            $"  8 tokens in the middle of it: let past {((step / 2) + Statistics.Median(alone)) * 1000:F1} ms, joining {((step / 2) + Statistics.Median(joined)) * 1000:F1} ms, waiting {((baseline / 2) + Statistics.Median(alone)) * 1000:F1} ms"));
    }

    private static void Together(LayerPass pass, ThreadTeam team, EncoderHead head, TokenBatch batch)
    {
        using PreparedCall call = head.Prepare(batch, new EncoderOutput());
        for (int s = 0; s < call.SequenceCount; s++)
            pass.Join(call, s);
        while (!call.IsThrough)
            pass.Step(team);
        pass.RunHead(team, call);
    }

    /// <summary>As many steps as there are layers over a pass that is full, with a sequence that joins for each that leaves: the work of a whole pass.</summary>
    private static double Staggered(LayerPass pass, ThreadTeam team, EncoderHead head, TokenBatch single, int sequences, int layers)
    {
        List<PreparedCall> calls = [];
        for (int s = 0; s < sequences; s++)
        {
            Join();
            for (int layer = 0; layer < Math.Max(1, layers / sequences) && s < sequences - 1; layer++)
                pass.Step(team);
        }
        double seconds = Time(() =>
        {
            for (int step = 0; step < layers; step++)
            {
                pass.Step(team);
                foreach (PreparedCall call in pass.Completed)
                {
                    pass.RunHead(team, call);
                    Join();
                }
            }
        });
        pass.Clear();
        calls.ForEach(call => call.Dispose());
        return seconds;

        void Join()
        {
            PreparedCall call = head.Prepare(single, new EncoderOutput());
            calls.Add(call);
            pass.Join(call, 0);
        }
    }

    private static double LateText(LayerPass pass, ThreadTeam team, EncoderHead head, TokenBatch whole, TokenBatch late)
    {
        using PreparedCall call = head.Prepare(whole, new EncoderOutput()), second = head.Prepare(late, new EncoderOutput());
        for (int s = 0; s < call.SequenceCount; s++)
            pass.Join(call, s);
        for (int layer = 0; layer < 6; layer++)
            pass.Step(team);
        return Time(() =>
        {
            pass.Join(second, 0);
            while (!second.IsThrough)
                pass.Step(team);
            pass.RunHead(team, second);
        });
    }

    private static double Time(Action action)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
