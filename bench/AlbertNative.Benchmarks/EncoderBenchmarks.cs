using AlbertNative.Model;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>Embeddings and encoder of a base model, ids in, hidden states out, one thread.</summary>
[MemoryDiagnoser]
public class EncoderBenchmarks : IDisposable
{
    private readonly EncoderOutput _output = new();
    private PreTrainedModel _model = null!;
    private EncoderHead _states = null!;
    private TokenBatch _batch = null!;

    [Params("1x8", "1x32", "1x128", "1x384", "1x512", "8x128", "32x32")]
    public string Shape { get; set; } = "";

    [Params(WeightPrecision.Float32, WeightPrecision.Int8)]
    public WeightPrecision Precision { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = PreTrainedModel.Create(
            SyntheticModels.BaseV2, SyntheticModels.Weights(ModelArchitecture.Model), SyntheticModels.Options(Precision));
        _states = new EncoderHead(_model);
        _batch = SyntheticModels.Batch(Shape);
    }

    [Benchmark]
    public void Forward() => _states.Forward(_batch, _output);

    [GlobalCleanup]
    public void Dispose()
    {
        _model.Dispose();
        GC.SuppressFinalize(this);
    }
}
