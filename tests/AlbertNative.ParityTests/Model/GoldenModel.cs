using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Model;

/// <summary>One folder of Hugging Face's outputs: a batch, and what each class makes of it.</summary>
internal sealed class GoldenModel : IDisposable
{
    private readonly Checkpoint _outputs;
    private readonly string _directory;

    private GoldenModel(string directory, string outputs)
    {
        _directory = directory;
        Config = ModelConfig.Load(directory);
        _outputs = Checkpoint.Open(Path.Combine(directory, outputs));
        (InputIds, long[] shape) = Integers("input_ids");
        Columns = (int)shape[^1];
        Batch = InputIds.Length / Columns;
        AttentionMask = Integers("attention_mask").Values;
        TokenTypeIds = _outputs.TryGet("token_type_ids", out _) ? Integers("token_type_ids").Values : new int[InputIds.Length];
    }

    public const string OutputsFile = "outputs.safetensors";

    public ModelConfig Config { get; }

    public int Batch { get; }

    public int Columns { get; }

    /// <summary>[batch, columns]</summary>
    public int[] InputIds { get; }

    public int[] AttentionMask { get; }

    public int[] TokenTypeIds { get; }

    /// <summary>Folders below the reference folder, as their paths from there.</summary>
    public static IEnumerable<TheoryDataRow<string>> Folders =>
        from parent in (string[])["goldens/model", "goldens/bert/model", "models"]
        from directory in SharedFolder.Directories(parent)
        where File.Exists(Path.Combine(directory, OutputsFile))
        select new TheoryDataRow<string>(parent + "/" + Path.GetFileName(directory));

    public static GoldenModel Open(string folder, string outputs = OutputsFile) => new(SharedFolder.Require(folder), outputs);

    /// <summary>The folder's batch as a class takes it: as one question's choices for multiple choice.</summary>
    public RectangularBatch BatchFor(ModelArchitecture architecture) => new(
        architecture == ModelArchitecture.MultipleChoice ? [1, Batch, Columns] : [Batch, Columns],
        InputIds, AttentionMask, TokenTypeIds);

    /// <summary>What the classes should give, the reference with Hugging Face's own float32 beside it.</summary>
    public IEnumerable<GoldenTensor> Tensors =>
        from tensor in _outputs.Tensors
        where tensor.Type.IsFloatingPoint && !tensor.Name.EndsWith(GoldenTensor.Float32, StringComparison.Ordinal)
        select Read(tensor);

    /// <summary>The weights of a class: the folder's own where it holds some, else synthetic ones.</summary>
    public WeightSource Weights(ModelArchitecture architecture, ModelConfig config, out IDisposable? owner)
    {
        owner = null;
        if (!File.Exists(Path.Combine(_directory, "model.safetensors")))
            return new SyntheticCheckpoint(config, architecture);
        Checkpoint checkpoint = Checkpoint.Open(_directory);
        owner = checkpoint;
        return WeightSource.From(checkpoint);
    }

    /// <summary>The configuration with as many labels as a class's logits have; the files name the default's two.</summary>
    public ModelConfig ConfigOf(GoldenTensor tensor) =>
        tensor.Output == "logits" && tensor.Architecture is ModelArchitecture.SequenceClassification
            or ModelArchitecture.TokenClassification
            ? Config with { Labels = ModelConfig.NumberedLabels((int)tensor.Shape[^1]) }
            : Config;

    public void Dispose() => _outputs.Dispose();

    private GoldenTensor Read(CheckpointTensor tensor)
    {
        double[]? float32 = _outputs.TryGet(tensor.Name + GoldenTensor.Float32, out CheckpointTensor? own) ? CheckpointComparison.Doubles(own) : null;
        string[] parts = tensor.Name.Split('.', 2);
        GoldenTensor golden = parts.Length == 2 && Family.Of(Config.Family).TryParseClass(parts[0], out ModelArchitecture architecture)
            ? new GoldenTensor(architecture, parts[1], tensor.Shape, CheckpointComparison.Doubles(tensor), float32)
            : OfCheckpoint(tensor, float32);
        return golden with { IsRounded = tensor.Type == TensorType.F32 };
    }

    /// <summary>Beside real weights the outputs are those of the checkpoint's class, and its encoder's states.</summary>
    private GoldenTensor OfCheckpoint(CheckpointTensor tensor, double[]? float32)
    {
        ModelArchitecture architecture = tensor.Name is "last_hidden_state" or "pooler_output"
            ? ModelArchitecture.Model
            : Config.DefaultArchitecture;
        string output = architecture == ModelArchitecture.PreTraining && tensor.Name == "logits"
            ? "prediction_logits"
            : tensor.Name;
        return new GoldenTensor(architecture, output, tensor.Shape, CheckpointComparison.Doubles(tensor), float32);
    }

    private (int[] Values, long[] Shape) Integers(string name)
    {
        Assert.True(_outputs.TryGet(name, out CheckpointTensor? tensor), $"{_directory} has no {name}");
        return (Array.ConvertAll(CheckpointComparison.Integers(tensor), value => checked((int)value)), [.. tensor.Shape]);
    }
}
