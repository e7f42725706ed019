using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests;

/// <summary>Graphs as PyTorch's present exporter writes them, <c>models/interop-onnx</c>, with their <c>config.json</c> and without.</summary>
public sealed class InteropOnnxTests
{
    private const string Folder = "models/interop-onnx";
    private const string MayBeRefused = "-may-be-refused";

    public static TheoryData<string, bool> Graphs
    {
        get
        {
            TheoryData<string, bool> graphs = [];
            foreach (string name in SharedFolder.Directories(Folder).Select(directory => Path.GetFileName(directory)))
            {
                graphs.Add(name, true);
                graphs.Add(name, false);
            }
            return graphs;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Graphs))]
    public void A_graph_has_the_weights_it_was_made_from_or_is_refused_by_name(string name, bool withConfig)
    {
        string directory = SharedFolder.Require(Folder, name), scratch = Directory.CreateTempSubdirectory("albert-onnx-").FullName;
        try
        {
            string graph = Path.Combine(scratch, "model.onnx");
            File.Copy(Path.Combine(directory, "model.onnx"), graph);
            if (withConfig)
                File.Copy(Path.Combine(directory, "config.json"), Path.Combine(scratch, "config.json"));
            if (name.EndsWith(MayBeRefused, StringComparison.Ordinal) && Fault(graph) is string fault)
            {
                Assert.Contains("model.onnx", fault, StringComparison.Ordinal);
                return;
            }
            using ModelFiles files = ModelFiles.OpenPath(graph);
            ModelConfig expected = ModelConfig.Load(directory), found = files.ReadConfig();
            OnnxReference.RequireSame(expected, found);
            Assert.Equal(expected.Family, found.Family);
            Assert.Equal(expected.Architectures, found.Architectures);
            OnnxReference.RequireSynthetic(new(expected, expected.DefaultArchitecture), WeightSource.From(files.Checkpoint).Tensors);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string? Fault(string graph)
    {
        try
        {
            ModelFiles.OpenPath(graph).Dispose();
            return null;
        }
        catch (CheckpointFormatException e)
        {
            return e.Message;
        }
    }
}
