using System.Numerics.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

internal readonly unsafe struct NormGradientStep(
    Matrix dy, Matrix x, Matrix weight, float epsilon, RowMoments* moments, Matrix dx) : ITeamStep
{
    private readonly Matrix _dy = dy;
    private readonly Matrix _x = x;
    private readonly Matrix _weight = weight;
    private readonly Matrix _dx = dx;

    public void Execute(int tile, TeamThread thread)
    {
        GradientKernels kernels = GradientKernels.Best;
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_x, tile); row++)
        {
            moments[row] = kernels.Moments(_x.Row(row), _x.Columns, epsilon);
            kernels.LayerNormGradient(_dy.Row(row), _x.Row(row), _weight.Row(0), _x.Columns, in moments[row], _dx.Row(row));
        }
    }
}

internal readonly unsafe struct ActivateStep(Matrix u, Activation activation, Matrix y) : ITeamStep
{
    private readonly Matrix _u = u;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_u, tile); row++)
            GradientKernels.Best.Activate(activation, _u.Row(row), _u.Columns, _y.Row(row));
    }
}

internal readonly unsafe struct ActivationGradientStep(Matrix u, Activation activation, Matrix d) : ITeamStep
{
    private readonly Matrix _u = u;
    private readonly Matrix _d = d;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_u, tile); row++)
            GradientKernels.Best.MultiplyByDerivative(activation, _u.Row(row), _u.Columns, _d.Row(row));
    }
}

internal readonly struct AddStep(Matrix x, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_x, tile); row++)
            TensorPrimitives.Add(_y[row], _x[row], _y[row]);
    }
}

internal readonly struct ClearStep(Matrix x) : ITeamStep
{
    private readonly Matrix _x = x;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_x, tile); row++)
            _x[row].Clear();
    }
}

internal readonly ref struct ScatterRowsStep(Matrix x, ReadOnlySpan<int> rows, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly ReadOnlySpan<int> _rows = rows;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        Span<float> target = _y[_rows[tile]][.._x.Columns];
        TensorPrimitives.Add(target, _x[tile], target);
    }
}

internal readonly unsafe ref struct DropoutStep(
    Matrix x, DropoutMasks masks, DropoutRow place, ReadOnlySpan<(int Sequence, int Row)> rows, Matrix residual, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly ReadOnlySpan<(int Sequence, int Row)> _rows = rows;
    private readonly Matrix _residual = residual;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        bool drops = masks.Applies(place.Place);
        Span<float> factors = new(thread.Scratch(_x.Columns), _x.Columns);
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_x, tile); row++)
        {
            Span<float> y = _y[row];
            if (drops)
            {
                masks.Fill(place with { Sequence = _rows[row].Sequence, Row = _rows[row].Row }, factors);
                TensorPrimitives.Multiply(_x[row], factors, y);
            }
            else
            {
                _x[row].CopyTo(y);
            }
            if (_residual.Rows > 0)
                TensorPrimitives.Add(y, _residual[row], y);
        }
    }
}

internal readonly unsafe ref struct CrossEntropyStep(
    Matrix logits, ReadOnlySpan<int> labels, ReadOnlySpan<double> factors, double smoothing, Span<double> losses) : ITeamStep
{
    private readonly Matrix _logits = logits;
    private readonly ReadOnlySpan<int> _labels = labels;
    private readonly ReadOnlySpan<double> _factors = factors;
    private readonly Span<double> _losses = losses;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_logits, tile); row++)
        {
            if (_labels[row] < 0)
            {
                _logits[row].Clear();
                _losses[row] = 0;
                continue;
            }
            _losses[row] = GradientKernels.Best.CrossEntropy(
                _logits.Row(row), _logits.Columns, _labels[row], smoothing, _factors[row]);
        }
    }
}
