using System.Numerics;
using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>
/// One product of random codes; the result lies amid NaNs, and the codes behind a row's last are random too.
/// </summary>
internal sealed unsafe class IntegerCase
{
    private readonly IntegerKernels _kernels;
    private readonly IntegerWeights _weights;
    private readonly Matrix _x;
    private readonly GuardedMatrix _residual;
    private readonly int[] _codes;
    private readonly int[] _weightCodes;
    private readonly float[] _bias;

    public IntegerCase(IntegerKernels kernels, int rows, int depth, int outputs, int seed, bool extreme = false)
    {
        Random random = new(seed);
        _kernels = kernels;
        (Rows, Depth, Outputs) = (rows, depth, outputs);
        int limit = kernels is Int8Kernels ? 127 : Int16Weights.LimitFor(depth);
        (int least, int most) = kernels is Int8Kernels ? (0, 255) : (-(2 * limit) - 1, (2 * limit) + 1);
        _codes = Codes(rows * depth, () => extreme ? most : random.Next(least, most + 1));
        _weightCodes = Codes(outputs * depth, () => extreme ? limit * ((2 * random.Next(2)) - 1) : random.Next(-limit, limit + 1));
        _bias = random.Reals(outputs);
        _weights = Pack(limit, random);
        _residual = Padded(seed).Fill(random.NextReal);
        _x = Quantized(random);
    }

    public int Rows { get; }

    public int Depth { get; }

    public int Outputs { get; }

    public int Panels => _weights.PanelCount;

    /// <summary>Runs the kernel on some rows and panels and checks that it wrote nothing else.</summary>
    public GuardedMatrix Run(
        int firstRow, int rows, int firstPanel, int panels, Activation activation = Activation.None, bool addResidual = false)
    {
        int width = _kernels.PanelWidth;
        GuardedMatrix y = Padded(Depth);
        LinearTask task = new(_x, _weights, y.Matrix, activation, addResidual ? _residual.Matrix : default);
        _kernels.Linear(in task, firstRow, rows, firstPanel, panels);
        y.AssertUntouchedOutside(firstRow, rows, firstPanel * width, panels * width);
        return y;
    }

    public GuardedMatrix Run(Activation activation = Activation.None, bool addResidual = false) =>
        Run(0, Rows, 0, Panels, activation, addResidual);

    /// <summary>What the formula gives: the sums are whole numbers, so nothing but the last steps is rounded.</summary>
    public double Expected(int row, int output, Activation activation, bool addResidual)
    {
        long sum = 0;
        for (int k = 0; k < Depth; k++)
            sum += (long)_codes[(row * Depth) + k] * _weightCodes[(output * Depth) + k];
        Assert.InRange(sum, int.MinValue, int.MaxValue);
        RowCode* code = _x.Code(row);
        double x = (sum * (double)_weights.Scales[output] * code->Scale) + ((double)_weights.Sums[output] * code->Minimum) + _bias[output];
        return Oracle.Activate(activation, x) + (addResidual ? _residual[row, output] : 0);
    }

    /// <summary>Weights of a scale that gives back the codes they are made of: each output has the largest one.</summary>
    private IntegerWeights Pack(int limit, Random random)
    {
        float[] scales = new float[Outputs];
        for (int output = 0; output < Outputs; output++)
        {
            scales[output] = MathF.ScaleB(1, -random.Next(8) - BitOperations.Log2((uint)limit));
            _weightCodes[output * Depth] = limit;
        }
        if (_kernels is Int8Kernels int8)
        {
            Int8Weights bytes = new(Outputs, Depth, int8);
            bytes.SetCodes(0, [.. _weightCodes.Select(code => (sbyte)code)], scales, _bias);
            return bytes;
        }
        Int16Weights words = new(Outputs, Depth, (Int16Kernels)_kernels);
        words.SetRows(0, [.. _weightCodes.Select((code, i) => code * scales[i / Depth])], _bias);
        return words;
    }

    private Matrix Quantized(Random random)
    {
        // The kernel takes the codes alone: there are no values before them.
        int stride = sizeof(RowCode) + (RowCode.PaddedCodes(Depth) * _kernels.CodeBytes);
        GuardedMatrix memory = new(Rows, stride / sizeof(float), 3);
        Matrix x = new(memory.Memory, null, Rows, Depth, 0, (byte*)memory.Data, memory.Stride * sizeof(float));
        for (int row = 0; row < Rows; row++)
        {
            RowCode* code = x.Code(row);
            code->Scale = random.NextSingle() / Math.Max(1, _codes.Max());
            code->Minimum = _kernels is Int8Kernels ? random.NextReal() : 0;
            for (int k = 0; k < RowCode.PaddedCodes(Depth); k++)
            {
                int value = k < Depth ? _codes[(row * Depth) + k] : random.Next(256);
                if (_kernels.CodeBytes == 2)
                    ((short*)RowCode.Codes(code))[k] = (short)value;
                else
                    RowCode.Codes(code)[k] = (byte)value;
            }
        }
        return x;
    }

    private GuardedMatrix Padded(int misalignment) =>
        new(Rows, Outputs, (Panels * _kernels.PanelWidth) - Outputs + 5, misalignment);

    private static int[] Codes(int count, Func<int> next)
    {
        int[] codes = new int[count];
        for (int i = 0; i < count; i++)
            codes[i] = next();
        return codes;
    }
}
