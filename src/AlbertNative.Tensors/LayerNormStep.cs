using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

internal readonly unsafe struct LayerNormStep(Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly Matrix _weight = weight;
    private readonly Matrix _bias = bias;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread)
    {
        for (int row = tile * RowTiles.Rows; row < RowTiles.End(_x, tile); row++)
            Kernels.Best.LayerNorm(_x.Row(row), _weight.Row(0), _bias.Row(0), _x.Columns, epsilon, _y.Row(row));
    }
}
