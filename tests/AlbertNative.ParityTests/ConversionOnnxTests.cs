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
        (ModelConfig config, ModelArchitecture architecture) = OnnxReference.Of(name);
        string folder = Directory.CreateTempSubdirectory("albert-onnx-").FullName;
        try
        {
            string path = Path.Combine(folder, "m.safetensors");
            ModelConverter.Convert(SharedFolder.Require("peers", "onnxruntime", name), path, cancellationToken: TestContext.Current.CancellationToken);
            using ModelFiles files = ModelFiles.Open(path);
            Assert.Equal(name, files.Provenance!.Source);
            ModelConfig found = files.ReadConfig();
            Assert.Equal([config.NameOf(architecture)], found.Architectures);
            OnnxReference.RequireSame(config, found);
            OnnxReference.RequireSynthetic(new(config, architecture), WeightSource.From(files.Checkpoint).Tensors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
