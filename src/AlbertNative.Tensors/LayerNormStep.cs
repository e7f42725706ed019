using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

internal readonly unsafe struct LayerNormStep(Matrix x, LayerNormWeights norm, Matrix y) : ITeamStep
{
    public const int RowsPerTile = 8;

    private readonly Matrix _x = x;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        int end = Math.Min(_x.Rows, (tile + 1) * RowsPerTile);
        for (int row = tile * RowsPerTile; row < end; row++)
            Kernels.Best.LayerNorm(_x.Row(row), norm.Weight, norm.Bias, norm.Length, norm.Epsilon, _y.Row(row));
    }
}
