using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>A tensor's elements in memory, in single precision.</summary>
internal sealed class CopiedTensor : WeightTensor
{
    private readonly float[] _elements;

    public CopiedTensor(WeightTensor tensor)
        : base(tensor.Name, TensorType.F32, tensor.Shape)
    {
        _elements = new float[tensor.ElementCount];
        tensor.CopyTo(0, _elements);
    }

    public override void CopyTo(long start, Span<float> destination) =>
        _elements.AsSpan((int)start, destination.Length).CopyTo(destination);

    public override bool TryGetMemory(out ReadOnlyMemory<float> memory)
    {
        memory = _elements;
        return true;
    }
}
