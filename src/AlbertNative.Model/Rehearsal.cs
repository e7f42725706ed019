using System.Runtime.CompilerServices;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// A pass of a tiny model of zeros on a thread of the pool, while a real one is opened: what that one's first pass runs is then
/// compiled when it comes. Kernels are compiled when they are first called, ReadyToRun or not, which takes longer than eight
/// tokens of a base model.
/// </summary>
internal static class Rehearsal
{
    /// <summary>A tile of twelve rows and one of eight, which make up most texts.</summary>
    private const int Tokens = 20;

    /// <summary>The least that is held in 8 bits.</summary>
    private const int HiddenSize = 256;

    /// <summary>The precisions that have been rehearsed, a bit each.</summary>
    private static int _begun;

    /// <summary>
    /// Begins it, once for each precision in the life of a process. Not where nothing is compiled at run time, nor on a single
    /// processor, which has the real model to open. What fails in it fails in the real pass as well, where somebody hears of it.
    /// </summary>
    /// <param name="options">The real model's. Where they leave its precision to its files, which have not been read, floats are rehearsed.</param>
    public static void Begin(ModelOptions? options)
    {
        WeightPrecision precision = options?.Precision ?? WeightPrecision.Float32;
        int bit = 1 << (int)precision;
        if (RuntimeFeature.IsDynamicCodeCompiled && Environment.ProcessorCount > 1 && (Interlocked.Or(ref _begun, bit) & bit) == 0)
            _ = Task.Run(() => Run(precision));
    }

    /// <summary>The pass itself; returns the zeros that it computes.</summary>
    public static EncoderOutput Run(WeightPrecision precision)
    {
        ModelConfig config = new()
        {
            VocabularySize = 1,
            EmbeddingSize = HiddenSize / 2,
            HiddenSize = HiddenSize,
            IntermediateSize = HiddenSize,
            HeadCount = 4,
            LayerCount = 1,
            MaxPositionCount = Tokens,
            TypeVocabularySize = 1,
        };
        ModelOptions options = new() { Threads = 1, Precision = precision };
        using PreTrainedModel model = PreTrainedModel.Create(config, new Zeros(config), options);
        TokenBatch batch = new();
        batch.Add(new int[Tokens]);
        EncoderOutput output = new();
        new EncoderHead(model).Forward(batch, output);
        return output;
    }

    /// <summary>The tensors of an encoder with its pooler, each element zero.</summary>
    private sealed class Zeros(ModelConfig config) : WeightSource
    {
        public override string Name => "zeros";

        public override IReadOnlyList<WeightTensor> Tensors { get; } =
            [.. TensorCatalogue.Expected(config, ModelArchitecture.Model).Select(tensor => new Zero(tensor))];
    }

    private sealed class Zero(ExpectedTensor tensor) : WeightTensor(tensor.Name, TensorType.F32, tensor.Shape)
    {
        public override void CopyTo(long start, Span<float> destination) => destination.Clear();

        public override bool TryGetMemory(out ReadOnlyMemory<float> memory)
        {
            memory = new float[ElementCount];
            return true;
        }
    }
}
