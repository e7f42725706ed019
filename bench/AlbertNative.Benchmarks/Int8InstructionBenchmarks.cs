using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;
using BenchmarkDotNet.Attributes;

namespace AlbertNative.Benchmarks;

/// <summary>
/// The feed-forward product in 8 bits with every set of instructions that this processor has, one thread: what each file
/// of its own gains over the general form.
/// </summary>
public unsafe class Int8InstructionBenchmarks
{
    private const int Inputs = 768;
    private const int Outputs = 3072;

    private Int8Kernels _kernels = null!;
    private Int8Weights _weights = null!;
    private Matrix _x;
    private Matrix _y;

    public static IEnumerable<string> Available =>
        from instructions in (string[])[nameof(Vector128), nameof(Avx2), nameof(Avx512BW), nameof(AvxVnni)]
        where instructions switch
        {
            nameof(Avx2) => Avx2.IsSupported,
            nameof(Avx512BW) => Avx512BW.IsSupported,
            nameof(AvxVnni) => AvxVnni.IsSupported,
            _ => true,
        }
        select instructions;

    [ParamsSource(nameof(Available))]
    public string Instructions { get; set; } = "";

    [Params(8, 128)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kernels = Instructions switch
        {
            nameof(AvxVnni) => new Int8Product<VnniOps, Vector256<int>>(),
            nameof(Avx512BW) => new Int8Product<Widening512, Vector512<int>>(),
            nameof(Avx2) => new Int8Product<Widening256, Vector256<int>>(),
            _ => new Int8Product<Widening128, Vector128<int>>(),
        };
        _weights = new Int8Weights(Outputs, Inputs, _kernels);
        _weights.SetRows(0, Matrices.Floats(Outputs * Inputs, Outputs), Matrices.Floats(Outputs, Inputs));
        _x = Rounded(Matrices.Random(Rows, Inputs, 1));
        _y = Matrices.Empty(Rows, Outputs);
    }

    [Benchmark]
    public void Product() => _kernels.Multiply(_x, _weights, _y, 0, Rows, 0, _weights.PanelCount);

    /// <summary>The 8-bit form alone, in the codes that the kernels take.</summary>
    private Matrix Rounded(Matrix x)
    {
        int stride = (sizeof(RowCode) + (RowCode.PaddedCodes(Inputs) * _kernels.CodeBytes)) / sizeof(float);
        PinnedFloats memory = new(Rows * stride);
        Matrix codes = new(memory.Owner, memory.Data, Rows, Inputs, stride, codeOffset: 0);
        for (int row = 0; row < Rows; row++)
            Kernels.Best.Quantize(x.Row(row), Inputs, codes.Code(row), wide: _kernels.CodeBytes == 2);
        return codes;
    }
}
