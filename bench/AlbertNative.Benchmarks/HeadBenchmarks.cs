using AlbertNative.Model;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>
/// Heads of a base model on one sequence of 128 tokens, one thread. Those that need few rows compute the last layer for
/// these rows alone.
/// </summary>
[MemoryDiagnoser]
public class HeadBenchmarks : IDisposable
{
    private readonly TokenBatch _batch = SyntheticModels.Batch("1x128");
    private readonly LogitsOutput _logits = new();
    private readonly AlbertModelOutput _states = new();
    private AlbertModel _model = null!;
    private AlbertForSequenceClassification _classifier = null!;
    private AlbertForMaskedLM _maskedLm = null!;

    [GlobalSetup]
    public void Setup()
    {
        ModelOptions options = SyntheticModels.Options(WeightPrecision.Float32);
        AlbertConfig config = SyntheticModels.BaseV2;
        _model = new(config, SyntheticModels.Weights(AlbertArchitecture.AlbertModel), options);
        _classifier = new(config, SyntheticModels.Weights(AlbertArchitecture.AlbertForSequenceClassification), options);
        _maskedLm = new(config, SyntheticModels.Weights(AlbertArchitecture.AlbertForMaskedLM), options);
    }

    [Benchmark(Baseline = true)]
    public void AllHiddenStates() => _model.Forward(_batch, _states);

    [Benchmark]
    public void PooledOutput() => _model.Pool(_batch, _states);

    [Benchmark]
    public void SequenceClassification() => _classifier.Forward(_batch, _logits);

    [Benchmark]
    public void MaskedLMOfOneToken() => _maskedLm.Forward(_batch, [64], _logits);

    [Benchmark]
    public void MaskedLMOfAllTokens() => _maskedLm.Forward(_batch, _logits);

    [GlobalCleanup]
    public void Dispose()
    {
        _model.Dispose();
        _classifier.Dispose();
        _maskedLm.Dispose();
        GC.SuppressFinalize(this);
    }
}
