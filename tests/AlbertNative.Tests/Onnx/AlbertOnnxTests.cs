using System.Diagnostics;
using System.Runtime.InteropServices;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Model.Onnx;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Onnx;

public sealed class AlbertOnnxTests : IDisposable
{
    private static readonly ModelConfig Tiny = new()
    {
        VocabularySize = 17,
        EmbeddingSize = 6,
        HiddenSize = 12,
        LayerCount = 4,
        HeadCount = 3,
        IntermediateSize = 20,
        MaxPositionCount = 9,
        Labels = ModelConfig.NumberedLabels(5),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ModelArchitecture> Architectures => [.. Family.Of(ModelFamily.Albert).Architectures];

    public static TheoryData<HiddenActivation> Activations => [.. Enum.GetValues<HiddenActivation>()];

    public void Dispose() => _folder.Dispose();

    private AlbertOnnx Open(AlbertOnnxExport export, ModelConfig? config = null) =>
        AlbertOnnx.Open(_folder.Write("m.onnx", export.ToBytes()), config);

    private void AssertComesBack(AlbertOnnxExport export, ModelConfig config, ModelArchitecture architecture)
    {
        using AlbertOnnx onnx = Open(export);
        Assert.Equal(architecture, onnx.Architecture);
        Assert.Equal(config.NameOf(architecture), Assert.Single(onnx.Config.Architectures));
        Assert.Equal(Sizes(config), Sizes(onnx.Config));
        Assert.Equal(new SyntheticCheckpoint(config, architecture).Tensors.Select(t => t.Name).Order(), onnx.Checkpoint.Tensors.Select(t => t.Name).Order());
        foreach (CheckpointTensor tensor in onnx.Checkpoint.Tensors)
        {
            float[] wanted = new float[tensor.ElementCount];
            SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, wanted);
            Assert.True(MemoryMarshal.AsBytes<float>(wanted).SequenceEqual(MemoryMarshal.AsBytes<float>(CheckpointComparison.Floats(tensor))), tensor.Name);
        }

        static string Sizes(ModelConfig c) => $"{c.VocabularySize} {c.EmbeddingSize} {c.HiddenSize} {c.LayerCount} {c.GroupCount} {c.InnerGroupCount} "
            + $"{c.HeadCount} {c.IntermediateSize} {c.Activation} {c.MaxPositionCount} {c.TypeVocabularySize} {c.LayerNormEpsilon:R}";
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_head_comes_back(ModelArchitecture architecture)
    {
        ModelConfig config = architecture == ModelArchitecture.MultipleChoice ? Tiny with { Labels = ModelConfig.NumberedLabels(1) } : Tiny;
        foreach (bool isOther in (bool[])[false, true])
        {
            AssertComesBack(new AlbertOnnxExport(config, architecture)
            {
                TransposeNodes = isOther,
                NormOperator = isOther,
                RepeatWeights = isOther,
                NoTokenTypes = isOther,
            }, config, architecture);
        }
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation_is_told_from_its_operators(HiddenActivation activation)
    {
        ModelConfig config = Tiny with { Activation = activation, LayerNormEpsilon = 1e-5 };
        AlbertOnnxExport export = new(config, ModelArchitecture.MaskedLM);
        // The two names of the tanh form are one operator.
        AssertComesBack(export, activation == HiddenActivation.GeluPyTorchTanh ? config with { Activation = HiddenActivation.GeluTanh } : config,
            ModelArchitecture.MaskedLM);
    }

    [Theory]
    [InlineData(4, 1, 1)]
    [InlineData(4, 2, 1)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 2, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(4, 2, 2)]
    [InlineData(1, 1, 3)]
    [InlineData(6, 4, 1)]
    public void Layers_are_shared_as_they_were(int layers, int groups, int inner)
    {
        ModelConfig config = Tiny with { LayerCount = layers, GroupCount = groups, InnerGroupCount = inner };
        AlbertOnnxExport export = new(config, ModelArchitecture.Model) { RepeatWeights = true };
        if (layers > 1)
        {
            AssertComesBack(export, config, ModelArchitecture.Model);
            return;
        }
        // One layer of three inner ones runs as three layers in three groups do, and only the configuration can tell.
        using AlbertOnnx onnx = Open(export, config);
        Assert.Equal(TensorCatalogue.Expected(config, ModelArchitecture.Model).Count, onnx.Checkpoint.Tensors.Count);
        Assert.True(onnx.Checkpoint.TryGet("albert.encoder.albert_layer_groups.0.albert_layers.2.ffn.bias", out _));
    }

    [Fact]
    public void The_model_computes_from_it()
    {
        using AlbertOnnx onnx = Open(new AlbertOnnxExport(Tiny, ModelArchitecture.Model));
        using PreTrainedModel opened = PreTrainedModel.Create(onnx.Config, WeightSource.From(onnx.Checkpoint));
        Assert.True(new EncoderHead(opened).HasPooler);
        Assert.Empty(opened.UnusedTensors(ModelArchitecture.Model));
    }

    private void AssertRefused(string message, AlbertOnnxExport export, ModelConfig? config = null)
    {
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => Open(export, config).Dispose());
        Assert.Contains(message, e.Message);
        Assert.Equal(Path.Combine(_folder.Path, "m.onnx"), e.Path);
    }

    [Fact]
    public void Many_layers_that_differ_in_their_last_weights_are_compared_in_linear_time()
    {
        ModelConfig config = Tiny with { LayerCount = 600, HiddenSize = 48, IntermediateSize = 192 };
        int layers = 0;
        byte[] file = new AlbertOnnxExport(config, ModelArchitecture.Model)
        {
            RepeatWeights = true,
            Change = (name, values) => name.EndsWith("full_layer_layer_norm.bias", StringComparison.Ordinal) ? [.. values[1..], ++layers] : values,
        }.ToBytes();
        string path = _folder.Write("m.onnx", file);
        // Each place is read once and what two tensors hold is never compared: no pair of layers takes time.
        Stopwatch time = Stopwatch.StartNew();
        using AlbertOnnx onnx = AlbertOnnx.Open(path);
        Assert.Equal(600, onnx.Config.GroupCount);
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(5), $"{file.Length} bytes took {time.Elapsed}");
    }

    [Fact]
    public void Weights_that_differ_where_they_should_not_are_refused()
    {
        int runs = 0;
        AssertRefused("4 layers of which 3 differ, in an order that no grouping gives", new AlbertOnnxExport(Tiny, ModelArchitecture.Model)
        {
            RepeatWeights = true,
            Change = (name, values) => name.EndsWith("ffn.bias", StringComparison.Ordinal) && runs++ is 1 or 3 ? [runs, .. values[1..]] : values,
        });
        AlbertOnnxExport twoGroups = new(Tiny with { GroupCount = 2 }, ModelArchitecture.Model);
        AssertRefused("of which 2 differ, the configuration says 4 layers in 1 groups of 1", twoGroups, Tiny);
    }

    [Fact]
    public void Damaged_graphs_are_refused_or_still_valid()
    {
        byte[] bytes = new AlbertOnnxExport(Tiny with { LayerCount = 2 }, ModelArchitecture.MaskedLM).ToBytes();
        string path = Path.Combine(_folder.Path, "m.onnx");
        Random random = new(5);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. bytes];
            for (int flips = random.Next(1, 5); flips > 0; flips--)
                damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            HostileFile.AssertHarmless(() => AlbertOnnx.Open(path).Dispose(), path, damaged);
        }
    }

    [Fact]
    public void Graphs_of_something_else_are_refused()
    {
        ModelArchitecture model = ModelArchitecture.Model;
        float[] six = new float[6];
        AssertRefused("com.microsoft.SkipLayerNormalization", Export(f => f.Node("com.microsoft", "SkipLayerNormalization", ["input_ids"], ["z"], [])));
        AssertRefused("is quantised", Export(f => f.Node("DequantizeLinear", ["input_ids"], ["z"])));
        AssertRefused("control flow", Export(f => f.Node("If", ["input_ids"], ["z"])));
        AssertRefused("no earlier node makes", Export(f => f.Node("Relu", ["later"], ["z"])));
        AssertRefused("two nodes make the value 'last_hidden_state'", Export(f => f.Node("Relu", ["input_ids"], ["last_hidden_state"])));
        AssertRefused("no part of an ALBERT: w F32 [6]", Export(f => f.Initializer(OnnxFile.Tensor("w", [6], six))));
        AssertRefused("not followed by its bias", Export(f => f.Initializer(OnnxFile.Tensor("w", [12, 6], new float[72]))
            .Node("MatMul", ["last_hidden_state", "w"], ["z"]).Output("z", 3)));
        AssertRefused("not followed by its bias", Export(f => f.Initializer(OnnxFile.Tensor("w", [12, 6], new float[72]))
            .Node("MatMul", ["last_hidden_state", "w"], ["z"]).Node("Relu", ["z"], ["y"])));
        AssertRefused("do not fit each other", Export(f => f.Initializer(OnnxFile.Tensor("w", [12, 5], new float[60])).Initializer(OnnxFile.Tensor("b", [6], six))
            .Node("Gemm", ["last_hidden_state", "w", "b"], ["z"])));
        AssertRefused("in the same place of the graph", Export(f => f.Initializer(OnnxFile.Tensor("w", [12, 6], new float[72])).Initializer(OnnxFile.Tensor("b", [6], six))
            .Node("Gemm", ["last_hidden_state", "w", "b"], ["z"]).Node("Gemm", ["last_hidden_state", "w", "b"], ["y"])));
        AssertRefused("has no place in an ALBERT", Export(f => f.Initializer(OnnxFile.Tensor("w", [6, 6], new float[36])).Initializer(OnnxFile.Tensor("b", [6], six))
            .Node("Cast", ["input_ids"], ["x"]).Node("Gemm", ["x", "w", "b"], ["z"])));
        AssertRefused("Gemm, and has no inputs", Export(f => f.Node("Gemm", [], ["z"])));
        string other = _folder.Write("m.onnx", new OnnxFile().Input("x", 2).Node("Relu", ["x"], ["y"]).ToBytes());
        Assert.Contains("in 0 tables", Assert.Throws<CheckpointFormatException>(() => AlbertOnnx.Open(other)).Message);

        AlbertOnnxExport Export(Action<OnnxFile> extend) => new(Tiny, model) { Extend = extend };
    }
}
