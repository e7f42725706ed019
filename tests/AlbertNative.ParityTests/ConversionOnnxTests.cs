using System.Runtime.InteropServices;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>The folder's ONNX graphs through the converter.</summary>
public sealed class ConversionOnnxTests
{
    public static TheoryData<string> Graphs =>
        [.. SharedFolder.Files("peers/onnxruntime", "*.onnx").Select(f => Path.GetFileName(f)).Where(f => !f.Contains("int8", StringComparison.Ordinal))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Graphs))]
    public void A_graph_becomes_one_file_with_the_weights_it_was_made_from(string name)
    {
        string folder = Directory.CreateTempSubdirectory("albert-onnx-").FullName;
        try
        {
            string path = Path.Combine(folder, "m.safetensors");
            ModelConverter.Convert(SharedFolder.Require("peers", "onnxruntime", name), path, cancellation: TestContext.Current.CancellationToken);
            using ModelFiles files = ModelFiles.Open(path);
            Assert.Equal(name, files.Provenance!.Source);
            SyntheticCheckpoint expected = new(files.ReadConfig(), files.ReadConfig().DefaultArchitecture);
            Assert.Equal(expected.Tensors.Select(t => t.Name).Order(), files.Checkpoint.Tensors.Select(t => t.Name).Order());
            foreach (WeightTensor tensor in WeightSource.From(files.Checkpoint).Tensors)
            {
                float[] wanted = new float[tensor.ElementCount], found = new float[tensor.ElementCount];
                SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, wanted);
                tensor.CopyTo(0, found);
                Assert.True(MemoryMarshal.AsBytes<float>(wanted).SequenceEqual(MemoryMarshal.AsBytes<float>(found)), tensor.Name);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
