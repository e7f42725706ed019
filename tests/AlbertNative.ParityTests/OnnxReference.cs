using System.Runtime.InteropServices;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>
/// What the folder's ONNX graphs were made from, from elsewhere in the folder: were the expectation built from what
/// the reader finds in the same graph, a wrong size, activation or number of heads would agree with itself.
/// </summary>
internal static class OnnxReference
{
    private const string BaseV2 = "albert-base-synthetic.onnx";

    /// <summary>The graph's configuration and class; skips the running test where nothing tells them.</summary>
    public static (ModelConfig Config, ModelArchitecture Architecture) Of(string graph)
    {
        Assert.SkipUnless(graph == BaseV2, $"nothing in the folder says what {graph} was made from");
        return (ModelConfig.Load(SharedFolder.Require("goldens", "model", "base-v2")), ModelArchitecture.Model);
    }

    /// <summary>Requires every value that decides what is computed to be the expected one.</summary>
    public static void RequireSame(ModelConfig expected, ModelConfig found)
    {
        Assert.Equal(Sizes(expected), Sizes(found));
        Assert.Equal(expected.Activation, found.Activation);
        Assert.Equal(expected.LayerNormEpsilon, found.LayerNormEpsilon);
        Assert.Equal((expected.PadTokenId, expected.BosTokenId, expected.EosTokenId), (found.PadTokenId, found.BosTokenId, found.EosTokenId));
        Assert.Equal(expected.ProblemType, found.ProblemType);
    }

    /// <summary>Requires the tensors to be exactly those of the synthetic checkpoint, with its bits.</summary>
    public static void RequireSynthetic(SyntheticCheckpoint expected, IReadOnlyList<WeightTensor> found)
    {
        Assert.Equal(expected.Tensors.Select(Describe).Order(), found.Select(Describe).Order());
        foreach (WeightTensor tensor in expected.Tensors)
        {
            float[] wanted = new float[tensor.ElementCount], read = new float[tensor.ElementCount];
            tensor.CopyTo(0, wanted);
            found.Single(other => other.Name == tensor.Name).CopyTo(0, read);
            Assert.True(MemoryMarshal.AsBytes<float>(wanted).SequenceEqual(MemoryMarshal.AsBytes<float>(read)), tensor.Name);
        }
    }

    private static (string, int)[] Sizes(ModelConfig config) =>
    [
        (nameof(config.VocabularySize), config.VocabularySize),
        (nameof(config.EmbeddingSize), config.EmbeddingSize),
        (nameof(config.HiddenSize), config.HiddenSize),
        (nameof(config.IntermediateSize), config.IntermediateSize),
        (nameof(config.LayerCount), config.LayerCount),
        (nameof(config.GroupCount), config.GroupCount),
        (nameof(config.InnerGroupCount), config.InnerGroupCount),
        (nameof(config.HeadCount), config.HeadCount),
        (nameof(config.MaxPositionCount), config.MaxPositionCount),
        (nameof(config.TypeVocabularySize), config.TypeVocabularySize),
    ];

    private static string Describe(WeightTensor tensor) => $"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]";
}
