using System.Numerics.Tensors;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative;

/// <summary>
/// y = activation(W x + b) [+ x, or R x]: sentence-transformers' <c>Dense</c> module, whose weights lie in a file of its
/// own.
/// </summary>
internal sealed class DenseModule : IVectorModule
{
    // As PyTorch calls them.
    private static readonly Dictionary<string, Func<float, float>?> Activations = new()
    {
        ["torch.nn.modules.activation.Tanh"] = MathF.Tanh,
        ["torch.nn.modules.activation.ReLU"] = static x => Math.Max(x, 0),
        ["torch.nn.modules.activation.Sigmoid"] = static x => 1 / (1 + MathF.Exp(-x)),
        ["torch.nn.modules.activation.SiLU"] = static x => x / (1 + MathF.Exp(-x)),
        ["torch.nn.modules.linear.Identity"] = null,
    };

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly float[] _weight; // [outputs, inputs]
    private readonly float[]? _bias; // [outputs]
    private readonly float[]? _residual; // [outputs, inputs]
    private readonly bool _addsInput;
    private readonly Func<float, float>? _activation;

    private DenseModule(
        int inputs, int outputs, float[] weight, float[]? bias, float[]? residual, bool addsInput, Func<float, float>? activation)
    {
        _inputs = inputs;
        _outputs = outputs;
        _weight = weight;
        _bias = bias;
        _residual = residual;
        _addsInput = addsInput;
        _activation = activation;
    }

    public int? InputSize => _inputs;

    public int? OutputSize => _outputs;

    /// <summary>Reads the module in a folder of its own, <paramref name="path"/>, of a model.</summary>
    /// <exception cref="CheckpointFormatException">Its files are malformed, do not fit together, or ask for what is not supported.</exception>
    public static DenseModule Read(ModelFiles files, string path)
    {
        using SettingsFile settings = SentenceTransformerModules.ReadConfig(files, path);
        settings.RequireVectorModule("Dense");
        int inputs = settings.Number("in_features") ?? throw settings.Fault("has no \"in_features\"");
        int outputs = settings.Number("out_features") ?? throw settings.Fault("has no \"out_features\"");
        bool hasBias = settings.Flag("bias", absent: true), addsInput = settings.Flag("use_residual");
        Func<float, float>? activation = ReadActivation(settings);

        string file = files.FileOf(SentenceTransformerModules.In(path, "model.safetensors"))
            ?? files.FileOf(SentenceTransformerModules.In(path, "pytorch_model.bin"))
            ?? throw new CheckpointFormatException(files.NameOf(path), "has no weights, neither model.safetensors nor pytorch_model.bin");
        using Checkpoint checkpoint = Checkpoint.Open(file);
        return new(
            inputs, outputs,
            Tensor(checkpoint, "linear.weight", outputs, inputs),
            hasBias ? Tensor(checkpoint, "linear.bias", outputs) : null,
            addsInput && inputs != outputs ? Tensor(checkpoint, "residual.weight", outputs, inputs) : null,
            addsInput && inputs == outputs,
            activation);
    }

    public float[] Apply(float[] vector)
    {
        float[] result = new float[_outputs];
        for (int i = 0; i < result.Length; i++)
        {
            float sum = Row(_weight, i, vector) + (_bias?[i] ?? 0);
            result[i] = _activation is null ? sum : _activation(sum);
            if (_addsInput)
                result[i] += vector[i];
            else if (_residual is not null)
                result[i] += Row(_residual, i, vector);
        }
        return result;
    }

    private float Row(float[] matrix, int row, float[] vector) =>
        TensorPrimitives.Dot(matrix.AsSpan(row * _inputs, _inputs), vector);

    // What the file does not say is the module's default; null is none.
    private static Func<float, float>? ReadActivation(SettingsFile settings)
    {
        if (!settings.Has("activation_function"))
            return MathF.Tanh;
        if (settings.Text("activation_function") is not string name)
            return null;
        return Activations.TryGetValue(name, out Func<float, float>? activation)
            ? activation
            : throw settings.Fault($"the activation {name} is not supported, only {string.Join(", ", Activations.Keys)} are");
    }

    private static float[] Tensor(Checkpoint checkpoint, string name, params ReadOnlySpan<long> shape)
    {
        if (!checkpoint.TryGet(name, out CheckpointTensor? tensor))
            throw new CheckpointFormatException(checkpoint.Source, $"has no {name}");
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
            throw new CheckpointFormatException(checkpoint.Source, $"{tensor}: expected [{string.Join(", ", shape.ToArray())}] by the module's config.json");
        float[] values = new float[tensor.ElementCount];
        tensor.CopyTo(values);
        return values;
    }
}
