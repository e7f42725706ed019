using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>
/// The exponentials of attention's softmax over one row of scores; the division by their sum is left to the shorter row
/// of the output. The vector type is the one of this machine's kernels.
/// </summary>
public unsafe class SoftmaxBenchmarks
{
    private float[] _start = [];
    private Matrix _row;

    [Params(32, 128, 512)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _start = Matrices.Floats(Keys, 5);
        _row = Matrices.Empty(1, Keys);
    }

    [Benchmark]
    public float Exponentials()
    {
        _start.CopyTo(_row[0]);
        return Kernels.Best.VectorBits switch
        {
            512 => Attention<Simd512, Vector512<float>>.Exponentiate(_row.Data, Keys, 0.125f),
            256 => Attention<Simd256, Vector256<float>>.Exponentiate(_row.Data, Keys, 0.125f),
            _ => Attention<Simd128, Vector128<float>>.Exponentiate(_row.Data, Keys, 0.125f),
        };
    }

    [Benchmark(Baseline = true)]
    public void TensorPrimitivesSoftMax()
    {
        Span<float> row = _row[0];
        TensorPrimitives.Multiply(_start, 0.125f, row);
        TensorPrimitives.SoftMax(row, row);
    }

    [Benchmark]
    public float PlainLoop()
    {
        Span<float> row = _row[0];
        float largest = float.NegativeInfinity, sum = 0;
        foreach (float score in _start)
            largest = MathF.Max(largest, score);
        for (int i = 0; i < row.Length; i++)
            sum += row[i] = MathF.Exp((_start[i] - largest) * 0.125f);
        return sum;
    }
}
