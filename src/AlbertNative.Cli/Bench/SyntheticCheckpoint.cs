using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>
/// A checkpoint without a file: every weight is a function of its tensor's name and its index, scaled so that
/// activations keep their size through the layers. Tests and benchmarks run full-size models on it.
/// </summary>
/// <remarks>
/// The numbers are the bits of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014), seeded with the FNV-1a hash (Fowler, Noll, Vo) of the name.
/// </remarks>
internal sealed class SyntheticCheckpoint : WeightSource
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>The weights of one class.</summary>
    /// <exception cref="ArgumentException">The configuration is not a possible one.</exception>
    public SyntheticCheckpoint(ModelConfig config, ModelArchitecture architecture) =>
        Tensors = [.. Stored(config, architecture).Select(tensor => new SyntheticTensor(tensor))];

    /// <inheritdoc/>
    public override string Name => "synthetic checkpoint";

    /// <inheritdoc/>
    public override IReadOnlyList<WeightTensor> Tensors { get; }

    /// <summary>What a file would hold: tied tensors once.</summary>
    private static IEnumerable<ExpectedTensor> Stored(ModelConfig config, ModelArchitecture architecture) =>
        TensorCatalogue.Expected(config, architecture)
            .Select(tensor => tensor.IsCopy ? tensor with { Name = tensor.OtherName! } : tensor)
            .DistinctBy(tensor => tensor.Name);

    /// <summary>Computes the elements of a tensor from <paramref name="start"/> (row-major) on.</summary>
    /// <param name="name">The tensor's name, as <see cref="TensorCatalogue"/> spells it.</param>
    /// <param name="shape">The tensor's dimensions; the last one is a linear layer's number of inputs.</param>
    /// <param name="start">Index of the first element wanted.</param>
    /// <param name="destination">Takes as many elements as it holds.</param>
    public static void Fill(string name, ReadOnlySpan<long> shape, long start, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        new Rule(name, shape).Fill(start, destination);
    }

    /// <summary>A tensor's seed, and the range that its weights are spread over.</summary>
    private readonly struct Rule
    {
        private readonly ulong _seed;
        private readonly double _offset;
        private readonly double _amplitude;

        public Rule(string name, ReadOnlySpan<long> shape)
        {
            _seed = Hash(name);
            (_offset, _amplitude) = Distribution(name, shape);
        }

        public void Fill(long start, Span<float> destination)
        {
            ulong state = _seed + (unchecked((ulong)start) * Increment);
            for (int i = 0; i < destination.Length; i++)
            {
                state += Increment;
                double uniform = (2 * ((Mix(state) >> 40) / (double)(1 << 24))) - 1;
                destination[i] = (float)(_offset + (_amplitude * uniform));
            }
        }

        private static (double Offset, double Amplitude) Distribution(string name, ReadOnlySpan<long> shape)
        {
            if (EndsWith("layernorm.weight") || EndsWith("layer_norm.weight"))
                return (1, 0.25);
            if (EndsWith("bias"))
                return (0, 0.125);
            return (0, EndsWith("embeddings.weight") ? 1 : Math.Sqrt(3.0 / shape[^1]));

            bool EndsWith(string ending) => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
        }

        private static ulong Hash(string name)
        {
            ulong hash = 0xCBF29CE484222325;
            foreach (byte b in Encoding.UTF8.GetBytes(name))
                hash = (hash ^ b) * 0x100000001B3;
            return hash;
        }

        private static ulong Mix(ulong z)
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    private sealed class SyntheticTensor(ExpectedTensor tensor) : WeightTensor(tensor.Name, TensorType.F32, tensor.Shape)
    {
        private readonly Rule _rule = new(tensor.Name, tensor.Shape.AsSpan());

        public override void CopyTo(long start, Span<float> destination)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(start);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(start, ElementCount - destination.Length);
            _rule.Fill(start, destination);
        }
    }
}
