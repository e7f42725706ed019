using AlbertNative.Model;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>The same forward pass here and in ONNX Runtime, one thread each: ids in, hidden states out.</summary>
[MemoryDiagnoser]
public class PeerBenchmarks : IDisposable
{
    private readonly EncoderOutput _output = new();
    private PreTrainedModel _model = null!;
    private EncoderHead _states = null!;
    private OnnxRuntimePeer _peer = null!;
    private TokenBatch _batch = null!;

    [Params(WeightPrecision.Float32, WeightPrecision.Int8)]
    public WeightPrecision Precision { get; set; }

    [Params("1x8", "1x32", "1x128", "8x128")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _model = PreTrainedModel.Create(
            SyntheticModels.BaseV2, SyntheticModels.Weights(ModelArchitecture.Model), SyntheticModels.Options(Precision));
        _states = new EncoderHead(_model);
        _batch = SyntheticModels.Batch(Shape);
        _peer = new OnnxRuntimePeer(Precision == WeightPrecision.Int8, threads: 1);
        _peer.Shape(SyntheticModels.Shape(Shape));
    }

    [Benchmark(Baseline = true)]
    public float Ours()
    {
        _states.Forward(_batch, _output);
        return _output.LastHiddenState[0][0];
    }

    [Benchmark]
    public float OnnxRuntime() => _peer.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _peer.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }
}
