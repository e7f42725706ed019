using System.Runtime.InteropServices;
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
        using AlbertOnnx onnx = AlbertOnnx.Open(path);
        SyntheticCheckpoint expected = new(onnx.Config, onnx.Architecture);
        Assert.Equal(expected.Tensors.Select(t => t.Name).Order(), onnx.Checkpoint.Tensors.Select(t => t.Name).Order());
        foreach (CheckpointTensor tensor in onnx.Checkpoint.Tensors)
        {
            float[] wanted = new float[tensor.ElementCount];
            SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, wanted);
            float[] found = CheckpointComparison.Floats(tensor);
            Assert.True(MemoryMarshal.AsBytes<float>(wanted).SequenceEqual(MemoryMarshal.AsBytes<float>(found)), tensor.ToString());
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: {onnx.Architecture}, {onnx.Config}, {onnx.Checkpoint.Tensors.Count} tensors, same bits");
    }
}
