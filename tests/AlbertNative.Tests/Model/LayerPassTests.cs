using System.Runtime.InteropServices;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Model;

/// <summary>Sequences that join and leave a pass between any two layers get the bits that they get alone.</summary>
public sealed class LayerPassTests
{
    public static TheoryData<string, WeightPrecision, int> Models => new()
    {
        { "shared", WeightPrecision.Float32, 1 },
        { "shared", WeightPrecision.Float32, 3 },
        { "shared", WeightPrecision.Int8, 2 },
        { "inner", WeightPrecision.Float32, 2 },
        { "groups", WeightPrecision.Float32, 2 },
        { "bert", WeightPrecision.Float32, 2 },
        { "bert", WeightPrecision.Int8, 1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Whoever_comes_and_goes(string kind, WeightPrecision precision, int threads)
    {
        using PreTrainedModel model = Open(kind, precision);
        using ThreadTeam team = new(threads);
        using LayerPass pass = new(model);
        Random random = new(5);
        List<Traveller> inside = [];
        List<(Traveller Who, int Sequence)> outside = [];
        Heads heads = new(model);
        int started = 0, finished = 0, left = 0;
        while (finished + left < 60)
        {
            if (outside.Count == 0 && started < 60)
            {
                Traveller next = heads.Start(random);
                started++;
                for (int s = 0; s < next.Call.SequenceCount; s++)
                    outside.Add((next, s));
            }
            while (outside.Count > 0 && pass.CanJoin && random.Next(3) > 0)
            {
                (Traveller who, int sequence) = outside[0];
                outside.RemoveAt(0);
                pass.Join(who.Call, sequence);
                if (!inside.Contains(who))
                    inside.Add(who);
            }
            if (inside.Count > 0 && random.Next(12) == 0)
            {
                Traveller gone = inside[random.Next(inside.Count)];
                pass.Remove(gone.Call);
                inside.Remove(gone);
                outside.RemoveAll(entry => entry.Who == gone);
                gone.Call.Dispose();
                left++;
            }
            if (pass.SequenceCount == 0)
                continue;
            pass.Step(team);
            foreach (PreparedCall call in pass.Completed)
            {
                pass.RunHead(team, call);
                Traveller done = inside.Single(traveller => traveller.Call == call);
                done.Check();
                inside.Remove(done);
                call.Dispose();
                finished++;
            }
        }
        Assert.True(finished > 30 && left > 3, $"{finished} finished, {left} left");
        Assert.Equal(0, pass.TokenCount);
    }

    [Fact]
    public void Layers_that_differ_are_not_mixed()
    {
        using PreTrainedModel model = Open("bert", WeightPrecision.Float32);
        using ThreadTeam team = new(1);
        using LayerPass pass = new(model);
        Heads heads = new(model);
        Random random = new(1);
        pass.Join(heads.Start(random).Call, 0);
        Assert.False(pass.MixesDepths);
        Assert.True(pass.CanJoin);
        pass.Step(team);
        Assert.False(pass.CanJoin);
        Assert.Contains("layer 1", Assert.Throws<InvalidOperationException>(() => pass.Join(heads.Start(random).Call, 0)).Message);
    }

    [Fact]
    public void A_call_may_begin_again_after_a_failure()
    {
        using PreTrainedModel model = Open("shared", WeightPrecision.Float32);
        using ThreadTeam team = new(2);
        using LayerPass pass = new(model);
        Traveller traveller = new Heads(model).Start(new Random(3));
        for (int round = 0; round < 2; round++)
        {
            traveller.Call.Restart();
            for (int s = 0; s < traveller.Call.SequenceCount; s++)
                pass.Join(traveller.Call, s);
            pass.Step(team);
            if (round == 0)
                pass.Clear();
        }
        while (pass.SequenceCount > 0)
            pass.Step(team);
        pass.RunHead(team, traveller.Call);
        traveller.Check();
    }

    [Fact]
    public void Bad_calls_are_refused()
    {
        using PreTrainedModel model = Open("shared", WeightPrecision.Float32), other = Open("shared", WeightPrecision.Float32);
        using ThreadTeam team = new(1);
        LayerPass pass = new(model);
        PreparedCall foreign = new Heads(other).Start(new Random(1)).Call, own = new Heads(model).Start(new Random(1)).Call;
        Assert.Throws<ArgumentException>(() => pass.Join(foreign, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => pass.Join(own, own.SequenceCount));
        Assert.Throws<InvalidOperationException>(() => pass.Step(team));
        Assert.Throws<InvalidOperationException>(() => pass.RunHead(team, own));
        own.Dispose();
        own.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pass.Join(own, 0));
        pass.Dispose();
        pass.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pass.Step(team));
        Assert.Throws<ObjectDisposedException>(() => pass.Join(foreign, 0));
    }

    [Fact]
    public void A_disposed_model_stays_open_for_its_pass()
    {
        PreTrainedModel model = Open("shared", WeightPrecision.Float32);
        using ThreadTeam team = new(1);
        Traveller traveller = new Heads(model).Start(new Random(2));
        using (LayerPass pass = new(model))
        {
            model.Dispose();
            pass.Join(traveller.Call, 0);
            pass.Step(team);
        }
        Assert.Throws<ObjectDisposedException>(() => new LayerPass(model));
    }

    private static PreTrainedModel Open(string kind, WeightPrecision precision)
    {
        ModelConfig config = kind switch
        {
            "shared" => TinyModel.Config,
            "inner" => TinyModel.Config with { InnerGroupCount = 2 },
            "groups" => TinyModel.Config with { GroupCount = 3 },
            _ => new ModelConfig(ModelFamily.Bert)
            {
                VocabularySize = 97,
                HiddenSize = 39,
                LayerCount = 3,
                HeadCount = 3,
                IntermediateSize = 70,
                MaxPositionCount = 120,
            },
        };
        return PreTrainedModel.Create(
            config, TinyModel.Weights(ModelArchitecture.PreTraining, config), new ModelOptions { Threads = 1, Precision = precision });
    }

    /// <summary>A call on its way, and how to compare what comes of it with a call of its own.</summary>
    private sealed record Traveller(PreparedCall Call, Action Check);

    /// <summary>Calls that need all rows, the first ones, or any.</summary>
    private sealed class Heads(PreTrainedModel model)
    {
        private readonly EncoderHead _encoder = new(model);
        private readonly MaskedLMHead _words = new(model);
        private readonly SentencePairHead _pairs = new(model);

        public Traveller Start(Random random)
        {
            TokenBatch batch = new();
            for (int s = random.Next(1, 4); s > 0; s--)
            {
                (int[] ids, int[] types) = TinyModel.Sequence(random, random.Next(1, 60));
                batch.Add(ids, types);
            }
            switch (random.Next(4))
            {
                case 0:
                    EncoderOutput states = new();
                    return new(_encoder.Prepare(batch, states), () =>
                    {
                        EncoderOutput alone = _encoder.Forward(batch);
                        AssertSameBits(alone.LastHiddenState, states.LastHiddenState);
                        AssertSameBits(alone.PooledOutput, states.PooledOutput);
                    });
                case 1:
                    EncoderOutput pooled = new(), pooledAlone = new();
                    return new(_encoder.PreparePooling(batch, pooled), () =>
                    {
                        _encoder.Pool(batch, pooledAlone);
                        AssertSameBits(pooledAlone.PooledOutput, pooled.PooledOutput);
                    });
                case 2:
                    LogitsOutput pairs = new();
                    return new(_pairs.Prepare(batch, pairs), () => AssertSameBits(_pairs.Forward(batch).Logits, pairs.Logits));
                default:
                    int[] rows = [.. Enumerable.Range(0, batch.TokenCount).Where(row => row == 0 || random.Next(5) == 0)];
                    LogitsOutput words = new(), wordsAlone = new();
                    return new(_words.Prepare(batch, rows, words), () =>
                    {
                        _words.Forward(batch, rows, wordsAlone);
                        AssertSameBits(wordsAlone.Logits, words.Logits);
                    });
            }
        }
    }

    private static void AssertSameBits(Matrix expected, Matrix actual)
    {
        Assert.Equal((expected.Rows, expected.Columns), (actual.Rows, actual.Columns));
        for (int row = 0; row < expected.Rows; row++)
            Assert.True(MemoryMarshal.AsBytes(expected[row]).SequenceEqual(MemoryMarshal.AsBytes(actual[row])), $"row {row}");
    }
}
