using System.Numerics.Tensors;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>LayerNorm of a base model's rows.</summary>
public class LayerNormBenchmarks
{
    private const int Hidden = 768;

    private readonly float[] _weight = Matrices.Floats(Hidden, 1);
    private readonly float[] _bias = Matrices.Floats(Hidden, 2);
    private readonly float[] _row = Matrices.Floats(Hidden, 3);
    private LayerNormWeights _norm = null!;

    [GlobalSetup]
    public void Setup() => _norm = new LayerNormWeights(_weight, _bias, 1e-12f);

    [Benchmark]
    public void Fused() => _norm.Normalize(_row);

    [Benchmark(Baseline = true)]
    public void TensorPrimitivesOnly()
    {
        float mean = TensorPrimitives.Sum(_row) / Hidden;
        TensorPrimitives.Subtract(_row, mean, _row);
        float variance = TensorPrimitives.SumOfSquares(_row) / Hidden;
        TensorPrimitives.Multiply(_row, 1 / MathF.Sqrt(variance + 1e-12f), _row);
        TensorPrimitives.MultiplyAdd(_row, _weight, _bias, _row);
    }

    [Benchmark]
    public void PlainLoops()
    {
        float mean = 0, variance = 0;
        foreach (float value in _row)
            mean += value;
        mean /= Hidden;
        foreach (float value in _row)
            variance += (value - mean) * (value - mean);
        float scale = 1 / MathF.Sqrt((variance / Hidden) + 1e-12f);
        for (int i = 0; i < Hidden; i++)
            _row[i] = ((_row[i] - mean) * scale * _weight[i]) + _bias[i];
    }
}
