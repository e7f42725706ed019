using System.Diagnostics;
using System.Runtime.InteropServices;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>
/// What happens to an opened model before it answers anyone: it is run until the compiler has done its work, which also tells
/// how fast it is, and its engine must keep its promise on it.
/// </summary>
internal static class WarmUp
{
    private const int MostRounds = 16;
    private const double Steady = 0.1;

    private static readonly TimeSpan Most = TimeSpan.FromSeconds(10);

    /// <summary>Runs a model until it does not get faster.</summary>
    /// <param name="model">The model.</param>
    /// <param name="team">The threads.</param>
    /// <param name="workers">How many workers' threads these are.</param>
    /// <param name="stepTokens">The most tokens of a step.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What its sequences cost.</returns>
    public static CostModel Run(PreTrainedModel model, ThreadTeam team, int workers, int stepTokens, CancellationToken cancellationToken)
    {
        CostModel cost = new(model.Config);
        EncoderHead head = new(model);
        using LayerPass pass = new(model);
        long started = Stopwatch.GetTimestamp();
        foreach (int tokens in (int[])[8, 64, stepTokens])
        {
            TokenBatch batch = Sequences(model.Config, tokens);
            double previous = double.MaxValue;
            for (int round = 0; round < MostRounds && Stopwatch.GetElapsedTime(started) < Most; round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                long begun = Stopwatch.GetTimestamp();
                using (PreparedCall call = head.Prepare(batch, new EncoderOutput()))
                    Through(pass, team, call);
                double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
                double work = CostModel.StepTokens;
                for (int s = 0; s < batch.SequenceCount; s++)
                    work += cost.Of(batch.RowsOf(s).Length);
                cost.Learn(work, seconds * workers);
                if (Math.Abs(seconds - previous) < Steady * previous)
                    break;
                previous = seconds;
            }
        }
        return cost;
    }

    /// <summary>Checks that a sequence gets the same bits alone, in company at another depth, and on one thread.</summary>
    /// <exception cref="ModelLoadException">It does not, or they are not numbers.</exception>
    public static void Check(PreTrainedModel model, ThreadTeam team)
    {
        EncoderHead head = new(model);
        TokenBatch sentence = Sequences(model.Config, 24), company = Sequences(model.Config, 40);
        EncoderOutput expected = head.Forward(sentence), alone = new(), together = new();
        using ThreadTeam single = new(1);
        using LayerPass pass = new(model);
        using (PreparedCall call = head.Prepare(sentence, alone))
            Through(pass, single, call);
        using (PreparedCall first = head.Prepare(company, new EncoderOutput()))
        using (PreparedCall call = head.Prepare(sentence, together))
        {
            JoinAll(pass, first);
            if (pass.MixesDepths)
                pass.Step(team);
            Through(pass, team, call);
        }
        Compare(model, expected.LastHiddenState, alone.LastHiddenState, "on one thread");
        Compare(model, expected.LastHiddenState, together.LastHiddenState, "in company");
    }

    private static void Through(LayerPass pass, ThreadTeam team, PreparedCall call)
    {
        JoinAll(pass, call);
        while (!call.IsThrough)
            pass.Step(team);
        pass.RunHead(team, call);
    }

    private static void JoinAll(LayerPass pass, PreparedCall call)
    {
        for (int s = 0; s < call.SequenceCount; s++)
            pass.Join(call, s);
    }

    private static void Compare(PreTrainedModel model, Matrix expected, Matrix actual, string where)
    {
        for (int row = 0; row < expected.Rows; row++)
        {
            if (!float.IsFinite(System.Numerics.Tensors.TensorPrimitives.Sum<float>(expected[row])))
                throw new ModelLoadException($"{model.Name}: hidden state {row} of a check is not finite");
            if (!MemoryMarshal.AsBytes(expected[row]).SequenceEqual(MemoryMarshal.AsBytes(actual[row])))
                throw new ModelLoadException($"{model.Name}: hidden state {row} of a check differs {where}");
        }
    }

    /// <summary>So many tokens, in sequences as long as the model allows.</summary>
    private static TokenBatch Sequences(ModelConfig config, int tokens)
    {
        TokenBatch batch = new();
        Random random = new(tokens);
        while (tokens > 0)
        {
            int[] ids = new int[Math.Min(tokens, config.MaxPositionCount)];
            for (int i = 0; i < ids.Length; i++)
                ids[i] = random.Next(config.VocabularySize);
            batch.Add(ids);
            tokens -= ids.Length;
        }
        return batch;
    }
}
