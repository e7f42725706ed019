using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Model.Onnx;
using AlbertNative.Model.Onnx.Export;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Onnx;

/// <summary>What the exporter writes, read back. ONNX Runtime's own answers are compared in the parity tests.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ModelFamily, ModelArchitecture> Classes
    {
        get
        {
            TheoryData<ModelFamily, ModelArchitecture> classes = [];
            foreach (ModelFamily family in Enum.GetValues<ModelFamily>())
            {
                foreach (ModelArchitecture architecture in Family.Of(family).Architectures)
                    classes.Add(family, architecture);
            }
            return classes;
        }
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);

    private static ModelConfig Config(ModelFamily family, int labels)
    {
        ModelConfig config = new(family)
        {
            VocabularySize = 17,
            HiddenSize = 12,
            LayerCount = 4,
            HeadCount = 3,
            IntermediateSize = 20,
            MaxPositionCount = 9,
            Labels = ModelConfig.NumberedLabels(labels),
        };
        return family == ModelFamily.Albert ? config with { EmbeddingSize = 6, GroupCount = 2, InnerGroupCount = 2 } : config;
    }

    [Fact]
    public void A_CRF_is_refused_by_name_and_exported_without_where_that_is_asked_for()
    {
        ModelConfig config = Config(ModelFamily.Albert, 3) with { HasCrf = true };
        SyntheticCheckpoint weights = new(config, ModelArchitecture.TokenClassification);
        NotSupportedException refusal = Assert.Throws<NotSupportedException>(
            () => OnnxExport.Save(config, weights, ModelArchitecture.TokenClassification, At("m.onnx")));
        Assert.Contains("chosen together by a CRF", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        OnnxExport.Save(config with { HasCrf = false }, weights, ModelArchitecture.TokenClassification, At("m.onnx"));
        using AlbertOnnx back = AlbertOnnx.Open(At("m.onnx"), config with { HasCrf = false });
        Assert.Equal(ModelArchitecture.TokenClassification, back.Architecture);
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_class_comes_back_from_its_graph(ModelFamily family, ModelArchitecture architecture)
    {
        ModelConfig config = Config(family, architecture == ModelArchitecture.MultipleChoice ? 1 : 2);
        SyntheticCheckpoint weights = new(config, architecture);
        OnnxExport.Save(config, weights, architecture, At("m.onnx"));
        using AlbertOnnx back = AlbertOnnx.Open(At("m.onnx"), config);
        // A graph does not say what a pooled classifier judges.
        bool isPair = architecture == ModelArchitecture.NextSentencePrediction;
        Assert.Equal(isPair ? ModelArchitecture.SequenceClassification : architecture, back.Architecture);
        foreach (WeightTensor tensor in weights.Tensors.Where(tensor => !isPair || !tensor.Name.StartsWith("cls.", StringComparison.Ordinal)))
        {
            Assert.True(back.Checkpoint.TryGet(tensor.Name, out CheckpointTensor? found), tensor.Name);
            float[] wanted = new float[tensor.ElementCount];
            tensor.CopyTo(0, wanted);
            Assert.True(MemoryMarshal.AsBytes<float>(wanted).SequenceEqual(MemoryMarshal.AsBytes<float>(CheckpointComparison.Floats(found))), tensor.Name);
        }
        Assert.Equal(weights.Tensors.Count, back.Checkpoint.Tensors.Count);
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_graph_alone_tells_its_family(ModelFamily family, ModelArchitecture architecture)
    {
        ModelConfig config = Config(family, architecture == ModelArchitecture.MultipleChoice ? 1 : 2);
        OnnxExport.Save(config, new SyntheticCheckpoint(config, architecture), architecture, At("m.onnx"));
        using ModelFiles files = ModelFiles.OpenPath(At("m.onnx"));
        ModelConfig found = files.ReadConfig();
        Assert.Equal(
            (family, config.HiddenSize, config.EmbeddingSize, config.LayerCount, config.HeadCount, config.VocabularySize),
            (found.Family, found.HiddenSize, found.EmbeddingSize, found.LayerCount, found.HeadCount, found.VocabularySize));
        Assert.StartsWith(Family.Of(family).ClassPrefix + (architecture == ModelArchitecture.Model ? "Model" : "For"), Assert.Single(found.Architectures));
    }

    [Fact]
    public void Weights_that_are_shared_are_written_once_and_the_same_model_gives_the_same_bytes()
    {
        ModelConfig config = Config(ModelFamily.Albert, 2) with { GroupCount = 1, InnerGroupCount = 1, VocabularySize = 3000, HiddenSize = 96, IntermediateSize = 384 };
        SyntheticCheckpoint weights = new(config, ModelArchitecture.MaskedLM);
        OnnxExport.Save(config, weights, ModelArchitecture.MaskedLM, At("4.onnx"));
        OnnxExport.Save(config with { LayerCount = 12 }, weights, ModelArchitecture.MaskedLM, At("12.onnx"));
        long bytes = 4 * weights.Tensors.Sum(tensor => tensor.ElementCount);
        long four = new FileInfo(At("4.onnx")).Length, twelve = new FileInfo(At("12.onnx")).Length;
        Assert.InRange(four, bytes, bytes + 40_000);
        Assert.InRange(twelve, bytes, bytes + 100_000);
        OnnxExport.Save(config, weights, ModelArchitecture.MaskedLM, At("again.onnx"));
        Assert.Equal(File.ReadAllBytes(At("4.onnx")), File.ReadAllBytes(At("again.onnx")));
    }

    [Fact]
    public void Inputs_and_outputs_have_the_names_and_free_dimensions_of_Optimum()
    {
        ModelConfig config = Config(ModelFamily.Albert, 2);
        OnnxExport.Save(config, new SyntheticCheckpoint(config, ModelArchitecture.QuestionAnswering), ModelArchitecture.QuestionAnswering, At("m.onnx"));
        using OnnxCheckpoint graph = OnnxCheckpoint.Open(At("m.onnx"));
        Assert.Equal(["input_ids 2", "attention_mask 2", "token_type_ids 2"], graph.Inputs.Select(i => $"{i.Name} {i.Rank}"));
        Assert.Equal(["start_logits 2", "end_logits 2"], graph.Outputs.Select(o => $"{o.Name} {o.Rank}"));
    }

    [Fact]
    public void A_class_whose_weights_are_not_there_is_refused_by_name_and_leaves_nothing()
    {
        ModelConfig config = Config(ModelFamily.Albert, 2);
        SyntheticCheckpoint weights = new(config, ModelArchitecture.MaskedLM);
        Assert.Contains("qa_outputs", Assert.Throws<CheckpointFormatException>(
            () => OnnxExport.Save(config, weights, ModelArchitecture.QuestionAnswering, At("m.onnx"))).Message);
        Assert.ThrowsAny<OperationCanceledException>(() => OnnxExport.Save(
            config, weights, ModelArchitecture.MaskedLM, At("m.onnx"), cancellationToken: new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_file_beyond_two_gigabytes_is_refused_before_anything_is_written()
    {
        OnnxWriter writer = new("large", 14);
        writer.AddInitializer("w", TensorType.F32, [1 << 29], _ => Assert.Fail("written"));
        Assert.Contains("an ONNX file has at most", Assert.Throws<NotSupportedException>(() => writer.Save(At("m.onnx"))).Message);
        Assert.Throws<ArgumentException>(() => writer.AddInitializer("w", [1], [1f]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        OnnxWriter small = new("small", 14);
        small.AddInitializer("w", TensorType.F32, [2], stream => stream.Write(new byte[4]));
        Assert.Throws<InvalidOperationException>(() => small.Save(At("m.onnx")));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_model_is_exported_with_its_configuration_and_vocabulary()
    {
        List<double> shares = [];
        ConversionSummary summary = ModelExporter.ExportOnnx(ShippedModels.Nano, At("out"), new SynchronousProgress<double>(shares.Add));
        Assert.Contains("model.onnx", Directory.GetFiles(At("out")).Select(file => Path.GetFileName(file)));
        Assert.Contains("config.json", summary.Parts);
        Assert.Equal(1, shares[^1], 2);
        using ModelFiles original = ModelFiles.Open(ShippedModels.Nano);
        using AlbertOnnx back = AlbertOnnx.Open(At("out/model.onnx"), ModelConfig.Load(At("out/config.json")));
        Assert.Equal(original.ReadConfig().DefaultArchitecture, back.Architecture);
    }
}
