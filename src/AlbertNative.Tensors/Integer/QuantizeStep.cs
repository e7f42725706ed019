using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>Fills in each row's codes, a few rows a tile.</summary>
internal readonly unsafe struct QuantizeStep(Matrix x, IntegerWeights weights) : ITeamStep
{
    private const int RowsPerTile = 4;

    private readonly Matrix _x = x;

    public int Tiles => (_x.Rows + RowsPerTile - 1) / RowsPerTile;

    public void Execute(int tile, TeamThread thread)
    {
        int end = Math.Min(_x.Rows, (tile + 1) * RowsPerTile);
        for (int row = tile * RowsPerTile; row < end; row++)
            weights.Quantize(_x.Row(row), _x.Code(row));
    }
}
