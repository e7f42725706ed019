using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>One product with random operands, each amid NaNs and at an alignment of its own.</summary>
internal sealed unsafe class LinearCase
{
    private readonly Kernels _kernels;
    private readonly SingleWeights _packed;
    private readonly float[] _weight;
    private readonly float[] _bias;

    public LinearCase(Kernels kernels, int rows, int depth, int outputs, bool wholeNumbers, int seed)
    {
        Random random = new(seed);
        Func<float> next = wholeNumbers ? random.NextWhole : random.NextReal;
        _kernels = kernels;
        Rows = rows;
        Outputs = outputs;
        X = new GuardedMatrix(rows, depth, seed % 5, seed).Fill(next);
        Residual = PaddedOutput(seed / 7).Fill(next);
        _weight = wholeNumbers ? random.Wholes(outputs * depth) : random.Reals(outputs * depth);
        _bias = wholeNumbers ? random.Wholes(outputs) : random.Reals(outputs);
        _packed = new SingleWeights(outputs, depth, kernels.PanelWidth);
        _packed.SetRows(0, _weight, _bias);
    }

    public int Rows { get; }

    public int Outputs { get; }

    public int Panels => _packed.PanelCount;

    public GuardedMatrix X { get; }

    public GuardedMatrix Residual { get; }

    /// <summary>Runs the kernel on some rows and panels and checks that it wrote nothing else.</summary>
    public GuardedMatrix Run(
        int firstRow, int rows, int firstPanel, int panels, Activation activation = Activation.None, bool addResidual = false)
    {
        GuardedMatrix y = PaddedOutput(firstRow + X.Matrix.Columns);
        LinearTask task = new(X.Matrix, _packed, y.Matrix, activation, addResidual ? Residual.Matrix : default);
        _kernels.Linear(in task, firstRow, rows, firstPanel, panels, firstPanel + panels);
        y.AssertUntouchedOutside(firstRow, rows, firstPanel * _kernels.PanelWidth, panels * _kernels.PanelWidth);
        return y;
    }

    public GuardedMatrix Run(Activation activation = Activation.None, bool addResidual = false) =>
        Run(0, Rows, 0, Panels, activation, addResidual);

    /// <summary>x Wᵀ + b at one place, in double precision.</summary>
    public double Exact(int row, int output) => Oracle.Product(X, row, _weight, output) + _bias[output];

    /// <summary>x Wᵀ + b at one place, in floats and in the kernels' order.</summary>
    public float InOrder(int row, int output) => Oracle.ProductInOrder(X, row, _weight, output) + _bias[output];

    /// <summary>Rows hold whole panels, with some floats behind them that are nobody's.</summary>
    private GuardedMatrix PaddedOutput(int misalignment)
    {
        int width = _kernels.PanelWidth, padded = (Outputs + width - 1) / width * width;
        return new GuardedMatrix(Rows, Outputs, padded - Outputs + 3, misalignment);
    }
}
