using AlbertNative.Cli;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

/// <summary>A model small enough to be computed in every way there is, and batches for it.</summary>
internal static class TinyModel
{
    /// <summary>Sizes that no vector width divides.</summary>
    public static ModelConfig Config { get; } = new()
    {
        VocabularySize = 97,
        EmbeddingSize = 21,
        HiddenSize = 39,
        LayerCount = 3,
        HeadCount = 3,
        IntermediateSize = 70,
        MaxPositionCount = 120,
        Labels = ["a", "b", "c"],
    };

    public static WeightSource Weights(ModelArchitecture architecture, ModelConfig? config = null) =>
        new SyntheticCheckpoint(config ?? Config, architecture);

    /// <summary>A sequence of random ids and types.</summary>
    public static (int[] Ids, int[] Types) Sequence(Random random, int length, ModelConfig? config = null) => (
        [.. Enumerable.Range(0, length).Select(_ => random.Next((config ?? Config).VocabularySize))],
        [.. Enumerable.Range(0, length).Select(i => i * 2 / length)]);
}
