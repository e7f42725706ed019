using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>One row a tile, from any row of x.</summary>
internal readonly ref struct GatherStep(Matrix x, ReadOnlySpan<int> rows, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly ReadOnlySpan<int> _rows = rows;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread) => _x[_rows[tile]].CopyTo(_y[tile]);
}

/// <summary>One row a tile.</summary>
internal readonly struct CopyStep(Matrix x, Matrix y) : ITeamStep
{
    private readonly Matrix _x = x;
    private readonly Matrix _y = y;

    public void Execute(int tile, TeamThread thread) => _x[tile].CopyTo(_y[tile]);
}
