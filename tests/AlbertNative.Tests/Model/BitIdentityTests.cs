using System.Runtime.InteropServices;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Model;

/// <summary>A text's outputs are the same bits alone and in any batch, for any number of threads, with and without pruning.</summary>
public sealed class BitIdentityTests
{
    private static readonly int[] Lengths = [1, 2, 3, 5, 8, 13, 16, 17, 31, 33, 64, 97, 120];

    public static TheoryData<string> Models => ["odd", "groups", "one head", "nano"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Alone_and_in_a_batch(string kind)
    {
        using PreTrainedModel modelOpened = Open(kind, threads: 2);
        MaskedLMHead model = new(modelOpened);
        (TokenBatch all, TokenBatch[] single) = Batches(model.Config);
        LogitsOutput together = model.Forward(all, hiddenStates: true);
        for (int sequence = 0; sequence < single.Length; sequence++)
        {
            LogitsOutput alone = model.Forward(single[sequence], hiddenStates: true);
            int start = all.RowsOf(sequence).Start;
            AssertSameBits(alone.Logits, together.Logits, start);
            for (int layer = 0; layer < alone.HiddenStates.Length; layer++)
                AssertSameBits(alone.HiddenStates[layer], together.HiddenStates[layer], start);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void With_any_number_of_threads(string kind)
    {
        using PreTrainedModel oneOpened = Open(kind, threads: 1);
        MaskedLMHead one = new(oneOpened);
        (TokenBatch batch, _) = Batches(one.Config);
        Matrix expected = one.Forward(batch).Logits;
        foreach (int threads in (int[])[2, 3, 5])
        {
            using PreTrainedModel manyOpened = Open(kind, threads);
            MaskedLMHead many = new(manyOpened);
            AssertSameBits(many.Forward(batch).Logits, expected, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void With_the_last_layer_pruned(string kind)
    {
        using PreTrainedModel modelOpened = Open(kind, threads: 2);
        MaskedLMHead model = new(modelOpened);
        (TokenBatch batch, _) = Batches(model.Config);
        Matrix expected = model.Forward(batch).Logits;
        Random random = new(7);
        LogitsOutput output = new();
        foreach (double share in (double[])[0.01, 0.2, 0.9])
        {
            int[] rows = [.. Enumerable.Range(0, batch.TokenCount).Where(row => row == 3 || random.NextDouble() < share)];
            model.Forward(batch, rows, output);
            Assert.Equal(rows.Length, output.Logits.Rows);
            for (int i = 0; i < rows.Length; i++)
                AssertSameBits(output.Logits[i], expected[rows[i]]);
        }
    }

    [Fact]
    public void Pooled_outputs_with_and_without_pruning()
    {
        using PreTrainedModel opened = PreTrainedModel.Create(TinyModel.Config, TinyModel.Weights(ModelArchitecture.Model));
        EncoderHead model = new(opened);
        (TokenBatch batch, _) = Batches(model.Config);
        Compare(batch);
        // Where every token is a first one, all rows are asked for.
        batch.Clear();
        batch.Add([5]);
        batch.Add([6]);
        Compare(batch);

        void Compare(TokenBatch batch)
        {
            EncoderOutput all = model.Forward(batch);
            EncoderOutput pruned = new();
            model.Pool(batch, pruned);
            AssertSameBits(pruned.PooledOutput, all.PooledOutput, 0);
            for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
                AssertSameBits(pruned.LastHiddenState[sequence], all.LastHiddenState[batch.SequenceStarts[sequence]]);
        }
    }

    /// <summary>Sequences of more rows than go through a layer together, of fewer, and of as many that do not divide them.</summary>
    [Theory]
    [InlineData(WeightPrecision.Float32, 1)]
    [InlineData(WeightPrecision.Float32, 2)]
    [InlineData(WeightPrecision.Float32, 5)]
    [InlineData(WeightPrecision.Int8, 1)]
    [InlineData(WeightPrecision.Int8, 2)]
    [InlineData(WeightPrecision.Int8, 5)]
    public void In_every_block_of_rows(WeightPrecision precision, int threads)
    {
        ModelConfig config = TinyModel.Config with { MaxPositionCount = 300 };
        using PreTrainedModel opened = PreTrainedModel.Create(
            config, TinyModel.Weights(ModelArchitecture.Model, config), new ModelOptions { Threads = threads, Precision = precision });
        EncoderHead model = new(opened);
        (TokenBatch all, TokenBatch[] single) = Batches(config, [300, 3, 61, 1, 64, 65, 129, 30, 30, 30, 127, 1, 128, 257]);
        EncoderOutput together = model.Forward(all, hiddenStates: true);
        int[] rows = [.. Enumerable.Range(0, all.TokenCount).Where(row => row % 3 != 0)];
        EncoderOutput selected = new();
        model.Forward(all, rows, selected);
        for (int i = 0; i < rows.Length; i++)
            AssertSameBits(selected.LastHiddenState[i], together.LastHiddenState[rows[i]]);
        for (int sequence = 0; sequence < single.Length; sequence++)
        {
            EncoderOutput alone = model.Forward(single[sequence], hiddenStates: true);
            for (int layer = 0; layer < alone.HiddenStates.Length; layer++)
                AssertSameBits(alone.HiddenStates[layer], together.HiddenStates[layer], all.RowsOf(sequence).Start);
            // A single row never is more than goes through a layer together.
            int last = single[sequence].TokenCount - 1;
            model.Forward(single[sequence], [last], selected);
            AssertSameBits(selected.LastHiddenState[0], alone.LastHiddenState[last]);
        }
    }

    [Fact]
    public void Padding_and_holes_cost_no_bit()
    {
        using PreTrainedModel opened = PreTrainedModel.Create(TinyModel.Config, TinyModel.Weights(ModelArchitecture.Model));
        EncoderHead model = new(opened);
        (int[] ids, int[] types) = TinyModel.Sequence(new Random(3), 20);
        TokenBatch plain = new();
        plain.Add(ids, types);
        TokenBatch padded = new();
        padded.Add([.. ids, 0, 0, 0], [.. types, 0, 0, 0], [.. Enumerable.Repeat(1, 20), 0, 0, 0]);
        AssertSameBits(model.Forward(padded).LastHiddenState, model.Forward(plain).LastHiddenState, 0);
    }

    private static PreTrainedModel Open(string kind, int threads)
    {
        ModelOptions options = new() { Threads = threads };
        if (kind == "nano")
            return PreTrainedModel.Open(ShippedModels.Nano, options);
        ModelConfig config = kind switch
        {
            "odd" => TinyModel.Config,
            "groups" => TinyModel.Config with { GroupCount = 2, InnerGroupCount = 2, Activation = HiddenActivation.Gelu },
            _ => TinyModel.Config with { HiddenSize = 64, HeadCount = 1, LayerCount = 1 },
        };
        return PreTrainedModel.Create(config, TinyModel.Weights(ModelArchitecture.MaskedLM, config), options);
    }

    private static (TokenBatch All, TokenBatch[] Single) Batches(ModelConfig config, int[]? lengths = null)
    {
        lengths ??= Lengths;
        Random random = new(11);
        TokenBatch all = new();
        TokenBatch[] single = new TokenBatch[lengths.Length];
        for (int i = 0; i < single.Length; i++)
        {
            (int[] ids, int[] types) = TinyModel.Sequence(random, lengths[i], config);
            all.Add(ids, types);
            single[i] = new TokenBatch();
            single[i].Add(ids, types);
        }
        return (all, single);
    }

    private static void AssertSameBits(Matrix actual, Matrix expected, int start)
    {
        for (int row = 0; row < actual.Rows; row++)
            AssertSameBits(actual[row], expected[start + row]);
    }

    private static void AssertSameBits(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        if (!MemoryMarshal.AsBytes(actual).SequenceEqual(MemoryMarshal.AsBytes(expected)))
            Assert.Fail($"the bits differ from float {actual.CommonPrefixLength(expected)} of {expected.Length} on");
    }
}
