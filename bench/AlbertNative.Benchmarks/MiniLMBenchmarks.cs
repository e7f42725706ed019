using System.Numerics.Tensors;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>From English texts to their vectors with all-MiniLM-L6-v2, in single precision, one thread each.</summary>
[MemoryDiagnoser]
public class MiniLMBenchmarks : IDisposable
{
    private const int TextCount = 64;

    // What padding, another order of sums and another tokenizer's equal ids leave.
    private const double LeastCosine = 0.99999;

    private TextEmbedder _ours = null!;
    private MiniLmPeer _peer = null!;
    private string[] _texts = [];

    /// <summary>How many texts are given at a time.</summary>
    [Params(1, 32)]
    public int AtOnce { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _texts = [.. Repository.Lines("en").Where(line => line.Length > 0).Take(TextCount)];
        _ours = TextEmbedder.Load(
            Repository.MiniLM,
            options: new() { Overlong = Overlong.Truncate },
            modelOptions: new() { Threads = 1, Precision = WeightPrecision.Float32 });
        _peer = new MiniLmPeer();
        foreach ((float[] ours, float[] theirs) in _ours.Embed(_texts).Zip(_peer.Embed(_texts)))
        {
            if (!(TensorPrimitives.CosineSimilarity<float>(ours, theirs) >= LeastCosine))
                throw new InvalidOperationException("the two do not make the same vectors");
        }
    }

    [Benchmark(Baseline = true)]
    public float Ours()
    {
        float sum = 0;
        foreach (string[] texts in _texts.Chunk(AtOnce))
        {
            foreach (float[] vector in _ours.Embed(texts))
                sum += vector[0];
        }
        return sum;
    }

    [Benchmark]
    public float OnnxRuntimeAndFastBertTokenizer()
    {
        float sum = 0;
        foreach (string[] texts in _texts.Chunk(AtOnce))
        {
            foreach (float[] vector in _peer.Embed(texts))
                sum += vector[0];
        }
        return sum;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _peer.Dispose();
        _ours.Dispose();
        GC.SuppressFinalize(this);
    }
}
