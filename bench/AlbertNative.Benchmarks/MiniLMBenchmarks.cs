using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>From English texts to their vectors with all-MiniLM-L6-v2, one thread each.</summary>
[MemoryDiagnoser]
public class MiniLMBenchmarks : IDisposable
{
    private BertCase _case = null!;
    private string[] _texts = [];

    /// <summary>How many texts are given at a time.</summary>
    [Params(1, 32)]
    public int AtOnce { get; set; }

    [Params(WeightPrecision.Float32, WeightPrecision.Int8)]
    public WeightPrecision Precision { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _texts = BertLines.Texts();
        _case = new BertCase("minilm", Precision == WeightPrecision.Int8);
        _case.Check(_texts);
    }

    [Benchmark(Baseline = true)]
    public float Ours()
    {
        float sum = 0;
        foreach (string[] texts in _texts.Chunk(AtOnce))
        {
            foreach (float[] vector in _case.Ours.Embed(texts))
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
            foreach (float[] vector in _case.Peer.Embed(texts))
                sum += vector[0];
        }
        return sum;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _case.Dispose();
        GC.SuppressFinalize(this);
    }
}
