namespace AlbertNative.Tensors;

/// <summary>Rows of elementwise steps, a few a tile.</summary>
internal static class RowTiles
{
    public const int Rows = 8;

    public static int Of(Matrix x) => (x.Rows + Rows - 1) / Rows;

    /// <summary>The end of a tile's rows.</summary>
    public static int End(Matrix x, int tile) => Math.Min(x.Rows, (tile + 1) * Rows);
}
