using System.Collections.Immutable;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Tests.Model;

/// <summary>Tensors held in memory, to be renamed, removed and reshaped.</summary>
internal sealed class TensorTable : WeightSource
{
    private readonly List<WeightTensor> _tensors = [];

    public TensorTable(WeightSource source) => _tensors.AddRange(source.Tensors);

    public override string Name => "table";

    public override IReadOnlyList<WeightTensor> Tensors => _tensors;

    public TensorTable Rename(string from, string to) => Replace(from, t => new MemoryTensor(to, t.Type, t.Shape, Values(t)));

    public TensorTable RenameAll(Func<string, string> rename)
    {
        foreach (WeightTensor tensor in _tensors.ToArray())
            Rename(tensor.Name, rename(tensor.Name));
        return this;
    }

    public TensorTable Remove(string name)
    {
        Assert.Equal(1, _tensors.RemoveAll(tensor => tensor.Name == name));
        return this;
    }

    public TensorTable Add(string name, params long[] shape) => Add(name, TensorType.F32, shape);

    public TensorTable Add(string name, TensorType type, params long[] shape)
    {
        _tensors.Add(new MemoryTensor(name, type, [.. shape], new float[shape.Aggregate(1L, (a, b) => a * b)]));
        return this;
    }

    /// <summary>Adds the elements of <paramref name="from"/> once more under another name, changed at one index where that is not negative.</summary>
    public TensorTable Copy(string from, string to, int changeAt = -1)
    {
        WeightTensor tensor = _tensors.Single(t => t.Name == from);
        float[] values = Values(tensor);
        if (changeAt >= 0)
            values[changeAt] += 1;
        _tensors.Add(new MemoryTensor(to, tensor.Type, tensor.Shape, values));
        return this;
    }

    public TensorTable Reshape(string name, params long[] shape) =>
        Replace(name, t => new MemoryTensor(name, t.Type, [.. shape], new float[shape.Aggregate(1L, (a, b) => a * b)]));

    private TensorTable Replace(string name, Func<WeightTensor, WeightTensor> replace)
    {
        int at = _tensors.FindIndex(tensor => tensor.Name == name);
        _tensors[at] = replace(_tensors[at]);
        return this;
    }

    private static float[] Values(WeightTensor tensor)
    {
        float[] values = new float[tensor.ElementCount];
        tensor.CopyTo(0, values);
        return values;
    }

    private sealed class MemoryTensor(string name, TensorType type, ImmutableArray<long> shape, float[] values)
        : WeightTensor(name, type, shape)
    {
        public override void CopyTo(long start, Span<float> destination) =>
            values.AsSpan((int)start, destination.Length).CopyTo(destination);
    }
}
