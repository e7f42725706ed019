using System.Numerics.Tensors;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>The products of a base layer, one thread, beside what a caller would write without a kernel.</summary>
[MemoryDiagnoser]
public class ProductBenchmarks : IDisposable
{
    private readonly ThreadTeam _team = new(1);
    private float[] _weight = [];
    private Matrix _x;
    private Matrix _y;
    private StepProgram _single = null!;
    private StepProgram _int8 = null!;

    /// <summary>Outputs by inputs: the embeddings' projection, Q, K and V, attention's output, the feed-forward pair.</summary>
    [Params("768x128", "2304x768", "768x768", "3072x768", "768x3072")]
    public string Weights { get; set; } = "";

    [Params(8, 32, 128, 512)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] shape = [.. Weights.Split('x').Select(int.Parse)];
        int outputs = shape[0], inputs = shape[1];
        _weight = Matrices.Floats(outputs * inputs, outputs);
        _x = Matrices.Random(Rows, inputs, 1);
        _y = Matrices.Empty(Rows, outputs);
        LinearWeights single = Matrices.Weights(outputs, inputs, WeightPrecision.Float32);
        LinearWeights int8 = Matrices.Weights(outputs, inputs, WeightPrecision.Int8);
        _single = new StepProgram(thread => TensorOps.Linear(thread, _x, single, _y));
        _int8 = new StepProgram(thread => TensorOps.Linear(thread, _x, int8, _y));
    }

    [Benchmark]
    public void Float32() => _team.Run(_single);

    [Benchmark]
    public void Int8() => _team.Run(_int8);

    [Benchmark(Baseline = true)]
    public void TensorPrimitivesDot()
    {
        for (int row = 0; row < _y.Rows; row++)
        {
            Span<float> x = _x[row], y = _y[row];
            for (int output = 0; output < y.Length; output++)
                y[output] = TensorPrimitives.Dot(x, _weight.AsSpan(output * x.Length, x.Length));
        }
    }

    [Benchmark]
    public void PlainLoops()
    {
        for (int row = 0; row < _y.Rows; row++)
        {
            Span<float> x = _x[row], y = _y[row];
            for (int output = 0; output < y.Length; output++)
            {
                float sum = 0;
                ReadOnlySpan<float> weight = _weight.AsSpan(output * x.Length, x.Length);
                for (int k = 0; k < x.Length; k++)
                    sum += x[k] * weight[k];
                y[output] = sum;
            }
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _team.Dispose();
        GC.SuppressFinalize(this);
    }
}
