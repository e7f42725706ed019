using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>G += dyᵀ x, cut into rows and columns of G; each tile takes all of the depth.</summary>
internal readonly unsafe struct WeightGradientStep : ITeamStep
{
    /// <summary>Rows and columns of one tile: 192 KB of gradients, which stay in the second-level cache.</summary>
    private const int MaxRows = 192, MaxColumns = 256;

    private readonly Matrix _dy;
    private readonly Matrix _x;
    private readonly Matrix _g;
    private readonly int _tileRows;
    private readonly int _rowTiles;
    private readonly int _columnTiles;

    public WeightGradientStep(Matrix dy, Matrix x, Matrix g, int teamSize)
    {
        _dy = dy;
        _x = x;
        _g = g;
        _tileRows = MaxRows;
        _columnTiles = (g.Columns + MaxColumns - 1) / MaxColumns;
        while (_tileRows > 24 && (g.Rows + _tileRows - 1) / _tileRows * _columnTiles < 4 * teamSize && teamSize > 1)
            _tileRows /= 2;
        _rowTiles = (g.Rows + _tileRows - 1) / _tileRows;
    }

    public int Tiles => _dy.Rows == 0 ? 0 : _rowTiles * _columnTiles;

    public void Execute(int tile, TeamThread thread)
    {
        int row = tile % _rowTiles * _tileRows, column = tile / _rowTiles * MaxColumns;
        GradientKernels.Best.AddTransposedProduct(
            _dy.Row(0) + row, _dy.Stride, _x.Row(0) + column, _x.Stride, _dy.Rows, DepthBlockOf(_g.Rows, _g.Columns),
            _g.Row(row) + column, _g.Stride, Math.Min(_tileRows, _g.Rows - row), Math.Min(MaxColumns, _g.Columns - column));
    }

    /// <summary>Rows in one chain, shorter for narrow models, as <see cref="Kernels.DepthBlockOf"/> has it.</summary>
    internal static int DepthBlockOf(int outputs, int inputs) => inputs < 128 || outputs < 192 ? 16 : 96;
}

/// <summary>Column sums, some columns a tile.</summary>
internal readonly unsafe struct ColumnSumStep(Matrix x, Matrix sums) : ITeamStep
{
    public const int Columns = 128;

    private readonly Matrix _x = x;
    private readonly Matrix _sums = sums;

    public static int TilesOf(Matrix x) => (x.Columns + Columns - 1) / Columns;

    public void Execute(int tile, TeamThread thread)
    {
        int column = tile * Columns;
        GradientKernels.Best.AddColumnSums(
            _x.Row(0) + column, _x.Stride, _x.Rows, Math.Min(Columns, _x.Columns - column), _sums.Row(0) + column);
    }
}

/// <summary>The gradients of a LayerNorm's weight and bias, some columns a tile.</summary>
internal readonly unsafe struct NormSumStep(Matrix dy, Matrix x, RowMoments* moments, Matrix weight, Matrix bias) : ITeamStep
{
    private readonly Matrix _dy = dy;
    private readonly Matrix _x = x;
    private readonly Matrix _weight = weight;
    private readonly Matrix _bias = bias;

    public void Execute(int tile, TeamThread thread)
    {
        int column = tile * ColumnSumStep.Columns;
        GradientKernels.Best.AddNormSums(
            _dy.Row(0) + column, _dy.Stride, _x.Row(0) + column, _x.Stride, moments, _x.Rows,
            Math.Min(ColumnSumStep.Columns, _x.Columns - column), _weight.Row(0) + column, _bias.Row(0) + column);
    }
}

/// <summary>Rows of a table that rows of x are added to, some columns a tile, so that rows are added in their order.</summary>
internal readonly ref struct ScatterAddStep(Matrix x, ReadOnlySpan<int> index, int skip, Matrix table) : ITeamStep
{
    private const int Columns = 32;

    private readonly Matrix _x = x;
    private readonly ReadOnlySpan<int> _index = index;
    private readonly Matrix _table = table;

    public static int TilesOf(Matrix x) => (x.Columns + Columns - 1) / Columns;

    public void Execute(int tile, TeamThread thread)
    {
        int column = tile * Columns, count = Math.Min(Columns, _x.Columns - column);
        for (int row = 0; row < _index.Length; row++)
        {
            if (_index[row] == skip)
                continue;
            Span<float> target = _table[_index[row]].Slice(column, count);
            System.Numerics.Tensors.TensorPrimitives.Add(target, _x[row].Slice(column, count), target);
        }
    }
}

/// <summary>Rows of W packed for x Wᵀ.</summary>
internal readonly struct PackStep(Matrix weight, Matrix bias, LinearWeights packed) : ITeamStep
{
    /// <summary>A multiple of every panel, so that no two tiles write to one.</summary>
    private const int Rows = Kernels.MaxPanelWidth;

    private readonly Matrix _weight = weight;
    private readonly Matrix _bias = bias;

    public static int TilesOf(Matrix weight) => (weight.Rows + Rows - 1) / Rows;

    public unsafe void Execute(int tile, TeamThread thread)
    {
        int row = tile * Rows, count = Math.Min(Rows, _weight.Rows - row);
        packed.SetRows(
            row, new ReadOnlySpan<float>(_weight.Row(row), count * _weight.Columns),
            _bias.Rows == 0 ? default : new ReadOnlySpan<float>(_bias.Row(0) + row, count));
    }
}

/// <summary>A panel of columns of W, packed for dy W, which is the product with Wᵀ.</summary>
internal readonly unsafe struct PackTransposedStep(Matrix weight, SingleWeights transposed) : ITeamStep
{
    private readonly Matrix _weight = weight;

    public void Execute(int tile, TeamThread thread)
    {
        int width = transposed.PanelWidth, column = tile * width, count = Math.Min(width, _weight.Columns - column);
        for (int depth = 0; depth < transposed.Inputs; depth += transposed.DepthBlock)
        {
            int block = Math.Min(transposed.DepthBlock, transposed.Inputs - depth);
            float* panel = transposed.Block(depth) + ((nint)column * block);
            for (int k = 0; k < block; k++)
            {
                Span<float> to = new(panel + ((nint)k * width), width);
                new Span<float>(_weight.Row(depth + k) + column, count).CopyTo(to);
                to[count..].Clear();
            }
        }
    }
}
