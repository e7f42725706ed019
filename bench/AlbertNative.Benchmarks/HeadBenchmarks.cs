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
    private readonly EncoderOutput _states = new();
    private PreTrainedModel _words = null!;
    private PreTrainedModel _labels = null!;
    private EncoderHead _model = null!;
    private SequenceClassificationHead _classifier = null!;
    private MaskedLMHead _maskedLm = null!;

    [GlobalSetup]
    public void Setup()
    {
        ModelOptions options = SyntheticModels.Options(WeightPrecision.Float32);
        ModelConfig config = SyntheticModels.BaseV2;
        _words = PreTrainedModel.Create(config, SyntheticModels.Weights(ModelArchitecture.PreTraining), options);
        _labels = PreTrainedModel.Create(config, SyntheticModels.Weights(ModelArchitecture.SequenceClassification), options);
        _model = new EncoderHead(_words);
        _classifier = new SequenceClassificationHead(_labels);
        _maskedLm = new MaskedLMHead(_words);
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
        _words.Dispose();
        _labels.Dispose();
        GC.SuppressFinalize(this);
    }
}
