using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Model.Onnx;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>The synthetic checkpoints that the folder holds as ONNX graphs.</summary>
public sealed class CheckpointOnnxTests
{
    public static TheoryData<string> Graphs => [.. SharedFolder.Files("peers/onnxruntime", "*.onnx").Select(f => Path.GetFileName(f))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Graphs))]
    public void A_graph_comes_back_as_the_weights_it_was_made_from(string name)
    {
        string path = SharedFolder.Require("peers", "onnxruntime", name);
        if (name.Contains("int8", StringComparison.Ordinal))
        {
            CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => AlbertOnnx.Open(path));
            Assert.Contains("quantised", e.Message);
            TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            return;
        }
        (ModelConfig config, ModelArchitecture architecture) = OnnxReference.Of(name);
        using AlbertOnnx onnx = AlbertOnnx.Open(path);
        Assert.Equal(architecture, onnx.Architecture);
        OnnxReference.RequireSame(config, onnx.Config);
        OnnxReference.RequireSynthetic(new(config, architecture), WeightSource.From(onnx.Checkpoint).Tensors);
    }
}
