using System.Numerics.Tensors;
using AlbertNative.Tensors;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>
/// The product's epilogue, y = activation(y + bias), on 32 rows of the feed-forward network of a base model. Every method
/// copies the rows first: activated again and again, all numbers would end up the same.
/// </summary>
public unsafe class ActivationBenchmarks
{
    private const int Rows = 32, Intermediate = 3072;

    private readonly float[] _bias = Matrices.Floats(Intermediate, 4);
    private readonly float[] _scratch = new float[Intermediate];
    private readonly Matrix _start = Matrices.Random(Rows, Intermediate, 2);
    private readonly Matrix _y = Matrices.Empty(Rows, Intermediate);
    private LinearWeights _weights = null!;

    [GlobalSetup]
    public void Setup()
    {
        _weights = LinearWeights.Create(Intermediate, 1);
        _weights.SetRows(0, new float[Intermediate], _bias);
    }

    [Benchmark]
    public void GeluTanh() => Finish(Activation.GeluTanh);

    [Benchmark]
    public void Gelu() => Finish(Activation.Gelu);

    [Benchmark]
    public void Silu() => Finish(Activation.Silu);

    [Benchmark]
    public void Tanh() => Finish(Activation.Tanh);

    [Benchmark]
    public void Relu() => Finish(Activation.Relu);

    [Benchmark]
    public void BiasAlone() => Finish(Activation.None);

    [Benchmark(Baseline = true)]
    public void TensorPrimitivesGeluTanh()
    {
        Refill();
        for (int row = 0; row < Rows; row++)
        {
            Span<float> y = _y[row];
            TensorPrimitives.Add(y, _bias, y);
            TensorPrimitives.Multiply(y, y, _scratch);
            TensorPrimitives.Multiply(_scratch, 0.044715f, _scratch);
            TensorPrimitives.Add(_scratch, 1, _scratch);
            TensorPrimitives.Multiply(_scratch, y, _scratch);
            TensorPrimitives.Multiply(_scratch, 2 * 0.7978845608f, _scratch);
            TensorPrimitives.Sigmoid(_scratch, _scratch);
            TensorPrimitives.Multiply(y, _scratch, y);
        }
    }

    [Benchmark]
    public void PlainLoopGeluTanh()
    {
        Refill();
        for (int row = 0; row < Rows; row++)
        {
            Span<float> y = _y[row];
            for (int i = 0; i < y.Length; i++)
            {
                float x = y[i] + _bias[i];
                y[i] = x * 0.5f * (1 + MathF.Tanh(0.7978845608f * (x + (0.044715f * x * x * x))));
            }
        }
    }

    private void Finish(Activation activation)
    {
        Refill();
        LinearTask task = new(default, _weights, _y, activation, default);
        Kernels.Best.Finish(in task, 0, Rows, 0, Intermediate);
    }

    private void Refill()
    {
        for (int row = 0; row < Rows; row++)
            _start[row].CopyTo(_y[row]);
    }
}
