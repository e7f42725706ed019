using System.Globalization;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx.Export;

/// <summary>
/// The steps of a forward pass as ONNX nodes of operator set 14. Values have the names of the modules that make them;
/// weights are constants under their own names, written once however often they are used.
/// </summary>
internal sealed class GraphBuilder(OnnxWriter writer, NamedTensors tensors)
{
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>Adds an operation with one output and returns that.</summary>
    /// <param name="scope">What the value is called after: the module that it belongs to.</param>
    /// <param name="operation">The operator.</param>
    /// <param name="inputs">The values that it reads.</param>
    /// <param name="attributes">Its attributes.</param>
    public string Add(string scope, string operation, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string name = NewName($"{scope}/{operation}");
        writer.AddNode(operation, name, inputs, [name], attributes);
        return name;
    }

    /// <summary>Adds an operation whose outputs have given names.</summary>
    public void AddTo(string scope, string operation, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        writer.AddNode(operation, NewName($"{scope}/{operation}"), inputs, outputs, attributes);

    /// <summary>A float constant.</summary>
    public string Scalar(float value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"constant/{value:R}");
        if (_constants.Add(name))
            writer.AddInitializer(name, [], [value]);
        return name;
    }

    /// <summary>A vector of integers.</summary>
    public string Integers(params long[] values)
    {
        string name = $"constant/[{string.Join(",", values)}]";
        if (_constants.Add(name))
            writer.AddInitializer(name, [values.Length], values);
        return name;
    }

    /// <summary>An integer.</summary>
    public string Integer(long value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"constant/{value}i");
        if (_constants.Add(name))
            writer.AddInitializer(name, [], [value]);
        return name;
    }

    /// <summary>A tensor of the model as it is.</summary>
    public string Weight(string name)
    {
        WeightTensor tensor = tensors[name];
        if (_constants.Add(name))
            writer.AddInitializer(name, TensorType.F32, tensor.Shape.AsSpan(), stream => WeightWriting.Write(tensor, stream));
        return name;
    }

    /// <summary>x W' + b, for W of [outputs, inputs]: as [inputs, outputs], which is what MatMul takes.</summary>
    public string Linear(string scope, string x, string module)
    {
        string name = TensorCatalogue.Weight(module);
        WeightTensor weight = tensors[name];
        string transposed = name + ".transposed";
        if (_constants.Add(transposed))
        {
            writer.AddInitializer(transposed, TensorType.F32, [weight.Shape[1], weight.Shape[0]],
                stream => WeightWriting.WriteTransposed(weight, stream));
        }
        return Add(scope, "Add", [Add(scope, "MatMul", [x, transposed]), Weight(TensorCatalogue.Bias(module))]);
    }

    /// <summary>As <see cref="Linear"/>, of a matrix: [rows, inputs] to [rows, outputs].</summary>
    public string LinearOfRows(string scope, string x, string module) => Add(scope, "Gemm",
        [x, Weight(TensorCatalogue.Weight(module)), Weight(TensorCatalogue.Bias(module))], new OnnxAttribute("transB") { Integer = 1 });

    /// <summary>(x - mean) / sqrt(variance + epsilon) weight + bias over the last dimension, for which set 14 has no operator.</summary>
    public string LayerNorm(string scope, string x, string module, double epsilon)
    {
        OnnxAttribute last = new("axes") { Integers = [-1] };
        string centred = Add(scope, "Sub", [x, Add(scope, "ReduceMean", [x], last)]);
        string variance = Add(scope, "ReduceMean", [Add(scope, "Pow", [centred, Scalar(2)])], last);
        string deviation = Add(scope, "Sqrt", [Add(scope, "Add", [variance, Scalar((float)epsilon)])]);
        string scaled = Add(scope, "Mul", [Add(scope, "Div", [centred, deviation]), Weight(TensorCatalogue.Weight(module))]);
        return Add(scope, "Add", [scaled, Weight(TensorCatalogue.Bias(module))]);
    }

    /// <summary>The activation of a configuration, spelled out as its formula is (see <see cref="HiddenActivation"/>).</summary>
    public string Activate(string scope, string x, HiddenActivation activation) => activation switch
    {
        HiddenActivation.Gelu => Gelu(scope, x, Add(scope, "Erf", [Add(scope, "Div", [x, Scalar(MathF.Sqrt(2))])])),
        HiddenActivation.GeluTanh or HiddenActivation.GeluPyTorchTanh => Gelu(scope, x, Add(scope, "Tanh", [Add(scope, "Mul",
            [Add(scope, "Add", [x, Add(scope, "Mul", [Add(scope, "Pow", [x, Scalar(3)]), Scalar(0.044715f)])]), Scalar((float)Math.Sqrt(2 / Math.PI))])])),
        HiddenActivation.Relu => Add(scope, "Relu", [x]),
        HiddenActivation.Silu => Add(scope, "Mul", [x, Add(scope, "Sigmoid", [x])]),
        HiddenActivation.Tanh => Add(scope, "Tanh", [x]),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation"),
    };

    /// <summary>x/2 (1 + s).</summary>
    private string Gelu(string scope, string x, string s) =>
        Add(scope, "Mul", [Add(scope, "Mul", [x, Add(scope, "Add", [s, Scalar(1)])]), Scalar(0.5f)]);

    private string NewName(string name)
    {
        int number = _names.GetValueOrDefault(name);
        _names[name] = number + 1;
        return number == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
    }
}
