using System.Collections.Immutable;
using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>The named tensors that a model's weights are made of: a checkpoint's, or computed ones.</summary>
public abstract class WeightSource
{
    /// <summary>What the tensors come from, for errors: a file's path where there is one.</summary>
    public abstract string Name { get; }

    /// <summary>All tensors, under the names that the source gives them.</summary>
    public abstract IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>The tensors of an open checkpoint, which must stay open for as long as they, or a model made of them, are used.</summary>
    public static WeightSource From(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return new CheckpointWeightSource(checkpoint);
    }

    private sealed class CheckpointWeightSource(Checkpoint checkpoint) : WeightSource
    {
        public override string Name => checkpoint.Source;

        public override IReadOnlyList<WeightTensor> Tensors { get; } = Weights(checkpoint);

        /// <summary>A one-file model's other parts are no weights, and codes and scales are one.</summary>
        private static List<WeightTensor> Weights(Checkpoint checkpoint)
        {
            bool oneFile = OneFileModel.Is(checkpoint);
            HashSet<string> scales = new(StringComparer.Ordinal);
            List<WeightTensor> weights = [];
            foreach (CheckpointTensor tensor in checkpoint.Tensors)
            {
                if (oneFile && OneFileModel.IsPart(tensor.Name))
                    continue;
                if (tensor.Type == TensorType.I8 && checkpoint.TryGet(tensor.Name + QuantizedTensor.ScaleSuffix, out CheckpointTensor? scale))
                {
                    weights.Add(new QuantizedTensor(tensor, scale));
                    scales.Add(scale.Name);
                    continue;
                }
                weights.Add(new StoredTensor(tensor));
            }
            weights.RemoveAll(weight => scales.Contains(weight.Name));
            return weights;
        }
    }

    private sealed class StoredTensor(CheckpointTensor tensor) : WeightTensor(tensor.Name, tensor.Type, tensor.Shape)
    {
        public override void CopyTo(long start, Span<float> destination) => tensor.CopyTo(start, destination);

        public override bool TryGetMemory(out ReadOnlyMemory<float> memory) => tensor.TryGetMemory(out memory);

        internal override void CopyBytesTo(long start, Span<byte> destination) => tensor.CopyBytesTo(start, destination);
    }
}

/// <summary>One tensor of a <see cref="WeightSource"/>; its elements are read when they are asked for.</summary>
/// <param name="name">The name that the source gives the tensor.</param>
/// <param name="type">The type of the stored elements.</param>
/// <param name="shape">The dimensions.</param>
public abstract class WeightTensor(string name, TensorType type, ImmutableArray<long> shape)
{
    /// <summary>The name that the source gives the tensor.</summary>
    public string Name { get; } = name;

    /// <summary>The type of the stored elements.</summary>
    public TensorType Type { get; } = type;

    /// <summary>The dimensions.</summary>
    public ImmutableArray<long> Shape { get; } = shape;

    /// <summary>The number of elements.</summary>
    public long ElementCount { get; } = Count(shape);

    /// <summary>Copies the elements from <paramref name="start"/> (row-major) on, as many as the destination holds.</summary>
    public abstract void CopyTo(long start, Span<float> destination);

    /// <summary>Where the elements lie in memory as floats already; false where they have to be copied.</summary>
    public virtual bool TryGetMemory(out ReadOnlyMemory<float> memory)
    {
        memory = default;
        return false;
    }

    /// <summary>The number of elements of a shape.</summary>
    internal static long Count(ImmutableArray<long> shape)
    {
        long count = 1;
        foreach (long dimension in shape.AsSpan())
            count *= dimension;
        return count;
    }

    /// <summary>Copies stored elements as the bytes they are.</summary>
    internal virtual void CopyBytesTo(long start, Span<byte> destination) =>
        throw new InvalidOperationException($"{Name} is computed, not stored");
}
