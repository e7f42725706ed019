using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>
/// One 8-bit product of random codes; the result lies amid NaNs, and the codes behind a row's last are random too.
/// </summary>
internal sealed unsafe class Int8Case
{
    private readonly Int8Kernels _kernels;
    private readonly Int8Weights _weights;
    private readonly Matrix _x;
    private readonly byte[] _codes;
    private readonly sbyte[] _weightCodes;
    private readonly float[] _scales;

    public Int8Case(Int8Kernels kernels, int rows, int depth, int outputs, int seed, bool extreme = false)
    {
        Random random = new(seed);
        _kernels = kernels;
        (Rows, Depth, Outputs) = (rows, depth, outputs);
        _codes = Codes(rows * depth, () => extreme ? byte.MaxValue : (byte)random.Next(256));
        _weightCodes = Codes(
            outputs * depth, () => (sbyte)(extreme ? (254 * random.Next(2)) - 127 : random.Next(-127, 128)));
        _scales = random.Reals(outputs);
        _weights = new Int8Weights(outputs, depth, kernels);
        _weights.SetCodes(0, _weightCodes, _scales, []);
        _x = Quantized(rows, depth, random);
    }

    public int Rows { get; }

    public int Depth { get; }

    public int Outputs { get; }

    public int Panels => _weights.PanelCount;

    /// <summary>Runs the kernel on some rows and panels and checks that it wrote nothing else.</summary>
    public GuardedMatrix Run(int firstRow, int rows, int firstPanel, int panels)
    {
        int width = _kernels.PanelWidth;
        GuardedMatrix y = new(Rows, Outputs, (Panels * width) - Outputs + 5, Depth);
        _kernels.Multiply(_x, _weights, y.Matrix, firstRow, rows, firstPanel, panels);
        y.AssertUntouchedOutside(firstRow, rows, firstPanel * width, panels * width);
        return y;
    }

    public GuardedMatrix Run() => Run(0, Rows, 0, Panels);

    /// <summary>What the formula gives: the sums are whole numbers, so nothing but the last steps is rounded.</summary>
    public float Expected(int row, int output)
    {
        long sum = 0, weightSum = 0;
        for (int k = 0; k < Depth; k++)
        {
            sum += _codes[(row * Depth) + k] * _weightCodes[(output * Depth) + k];
            weightSum += _weightCodes[(output * Depth) + k];
        }
        RowCode* code = _x.Code(row);
        return float.MultiplyAddEstimate(sum, _scales[output] * code->Scale, _scales[output] * weightSum * code->Minimum);
    }

    private Matrix Quantized(int rows, int depth, Random random)
    {
        // The kernel takes the codes alone: there are no values before them.
        GuardedMatrix memory = new(rows, (sizeof(RowCode) + (2 * RowCode.PaddedCodes(depth))) / sizeof(float), 3);
        Matrix x = new(memory.Memory, memory.Data, rows, depth, memory.Stride, codeOffset: 0);
        for (int row = 0; row < rows; row++)
        {
            RowCode* code = x.Code(row);
            code->Scale = random.NextSingle();
            code->Minimum = random.NextReal();
            for (int k = 0; k < RowCode.PaddedCodes(depth); k++)
            {
                byte value = k < depth ? _codes[(row * depth) + k] : (byte)random.Next(256);
                if (_kernels.CodeBytes == 2)
                    ((short*)RowCode.Codes(code))[k] = value;
                else
                    RowCode.Codes(code)[k] = value;
            }
        }
        return x;
    }

    private static T[] Codes<T>(int count, Func<T> next)
    {
        T[] codes = new T[count];
        for (int i = 0; i < count; i++)
            codes[i] = next();
        return codes;
    }
}
