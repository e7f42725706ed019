using AlbertNative.Tensors;
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

    public static IEnumerable<string> Available => from set in InstructionSets.Int8 where set.IsSupported select set.Name;

    [ParamsSource(nameof(Available))]
    public string Instructions { get; set; } = "";

    [Params(8, 128)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _kernels = InstructionSets.Int8.Single(set => set.Name == Instructions).Create();
        _weights = new Int8Weights(Outputs, Inputs, _kernels);
        _weights.SetRows(0, Matrices.Floats(Outputs * Inputs, Outputs), Matrices.Floats(Outputs, Inputs));
        _x = Matrices.Random(Rows, Inputs, 1);
        for (int row = 0; row < Rows; row++)
            _weights.Quantize(_x.Row(row), _x.Code(row));
        _y = Matrices.Empty(Rows, Outputs);
    }

    [Benchmark]
    public void Product()
    {
        LinearTask task = new(_x, _weights, _y, Activation.None, default);
        _kernels.Linear(in task, 0, Rows, 0, _weights.PanelCount);
    }
}
