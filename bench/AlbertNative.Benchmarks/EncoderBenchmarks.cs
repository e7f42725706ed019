using AlbertNative.Model;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>Embeddings and encoder of a base model, ids in, hidden states out, one thread.</summary>
[MemoryDiagnoser]
public class EncoderBenchmarks : IDisposable
{
    private readonly AlbertModelOutput _output = new();
    private AlbertModel _model = null!;
    private TokenBatch _batch = null!;

    [Params("1x8", "1x32", "1x128", "1x384", "1x512", "8x128", "32x32")]
    public string Shape { get; set; } = "";

    [Params(WeightPrecision.Float32, WeightPrecision.Int8)]
    public WeightPrecision Precision { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = new AlbertModel(
            SyntheticModels.BaseV2, SyntheticModels.Weights(AlbertArchitecture.AlbertModel), SyntheticModels.Options(Precision));
        _batch = SyntheticModels.Batch(Shape);
    }

    [Benchmark]
    public void Forward() => _model.Forward(_batch, _output);

    [GlobalCleanup]
    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }
}
