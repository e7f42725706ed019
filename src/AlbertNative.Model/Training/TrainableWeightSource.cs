using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>A trainable model's parameters as named tensors.</summary>
internal sealed class TrainableWeightSource(ParameterSet parameters) : WeightSource
{
    public override string Name => "trained weights";

    public override IReadOnlyList<WeightTensor> Tensors { get; } =
        [.. parameters.Layout.Parameters.Select(parameter => new ParameterTensor(parameters, parameter))];

    private sealed class ParameterTensor(ParameterSet parameters, TrainableParameter parameter)
        : WeightTensor(parameter.Name, TensorType.F32, parameter.Shape)
    {
        public override void CopyTo(long start, Span<float> destination) =>
            parameters.Values.Values.Slice(parameter.Offset + checked((int)start), destination.Length).CopyTo(destination);
    }
}
