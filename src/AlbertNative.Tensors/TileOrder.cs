using System.Runtime.Intrinsics;

namespace AlbertNative.Tensors;

/// <summary>The order in which a product goes through rows by panels of one depth block; every order gives the same bits.</summary>
internal enum TileOrder
{
    /// <summary>All rows for a panel, which stays in the first-level cache.</summary>
    PanelsOuter,

    /// <summary>All panels for a tile of rows, which stays there while the panels come evenly from the second level.</summary>
    RowsOuter,
}

/// <summary>Which order is used.</summary>
internal static class TileOrders
{
    /// <summary>The switch (<see cref="AppContext"/>) that chooses the order where it is set: true for rows outer.</summary>
    public const string Switch = "AlbertNative.Tensors.RowsOuter";

    /// <summary>
    /// The order that the processor is faster with. In 512 bits a panel and a tile of rows are 33 KB, more than most
    /// first-level caches; in 256 bits they are 17 KB.
    /// </summary>
    public static TileOrder Best { get; } =
        (AppContext.TryGetSwitch(Switch, out bool rowsOuter) ? rowsOuter : Vector512.IsHardwareAccelerated)
            ? TileOrder.RowsOuter
            : TileOrder.PanelsOuter;
}
