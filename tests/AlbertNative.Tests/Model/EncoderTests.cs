using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Model;

/// <summary>The engine against the plain double-precision ALBERT, where there is no golden.</summary>
public sealed class EncoderTests
{
    public static TheoryData<HiddenActivation> Activations => [.. Enum.GetValues<HiddenActivation>()];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation(HiddenActivation activation) => Compare(TinyModel.Config with { Activation = activation });

    [Theory]
    [InlineData(6, 3, 1)]
    [InlineData(5, 2, 1)]
    [InlineData(4, 2, 3)]
    public void Groups_and_inner_groups(int layers, int groups, int inner) =>
        Compare(TinyModel.Config with { LayerCount = layers, GroupCount = groups, InnerGroupCount = inner });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 8)]
    [InlineData(26 * 3, 3)]
    [InlineData(130, 1)]
    [InlineData(900, 2)]
    public void Widths_and_heads(int hidden, int heads) => Compare(
        TinyModel.Config with { HiddenSize = hidden, HeadCount = heads, IntermediateSize = (3 * hidden) + 1, LayerCount = 2 });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(39, 4)]
    public void Embeddings_of_any_width_and_types_of_any_number(int embedding, int types) =>
        Compare(TinyModel.Config with { EmbeddingSize = embedding, TypeVocabularySize = types });

    [Fact]
    public void A_large_epsilon() => Compare(TinyModel.Config with { LayerNormEpsilon = 0.01 });

    private static void Compare(ModelConfig config)
    {
        WeightSource weights = TinyModel.Weights(ModelArchitecture.PreTraining, config);
        using PreTrainedModel opened = PreTrainedModel.Create(config, weights);
        PreTrainingHead model = new(opened);
        ReferenceAlbert reference = new(config, weights, ModelArchitecture.PreTraining);
        (TokenBatch batch, int[][] positions) = MaskedBatch(config);
        PreTrainingOutput output = model.Forward(batch, hiddenStates: true);
        for (int sequence = 0; sequence < positions.Length; sequence++)
        {
            (int start, int length) = batch.RowsOf(sequence);
            double[][][] states = reference.Encode(
                batch.InputIds.Slice(start, length), batch.TokenTypeIds.Slice(start, length), positions[sequence]);
            for (int layer = 0; layer < states.Length; layer++)
            {
                for (int token = 0; token < length; token++)
                    AssertClose(states[layer][token], output.HiddenStates[layer][start + token]);
            }
            AssertClose(reference.Predict(states[^1][0]), output.PredictionLogits[start]);
            AssertClose(
                reference.Linear(Family.Of(config.Family).SentencePair, reference.Pool(states[^1])), output.SentencePairLogits[sequence]);
        }
    }

    /// <summary>A full sequence, one with holes, and one of a single token.</summary>
    private static (TokenBatch Batch, int[][] Positions) MaskedBatch(ModelConfig config)
    {
        Random random = new(5);
        TokenBatch batch = new();
        int[][] masks = [[.. Enumerable.Repeat(1, 19)], [1, 0, 1, 1, 0, 0, 1, 1, 0], [1]];
        foreach (int[] mask in masks)
        {
            int[] ids = [.. mask.Select(_ => random.Next(config.VocabularySize))];
            batch.Add(ids, [.. mask.Select(_ => random.Next(config.TypeVocabularySize))], mask);
        }
        return (batch, Array.ConvertAll(masks, mask => Enumerable.Range(0, mask.Length).Where(i => mask[i] == 1).ToArray()));
    }

    /// <summary>Hidden states are of the order of 1, logits of 10; float32 has 7 digits, of which the layers cost one or two.</summary>
    private static void AssertClose(double[] expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        Assert.InRange(largest, 0, 2e-5);
    }
}
