using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>A product cut into tiles of rows by panels: rows that stay in the second-level cache, panels to share out.</summary>
internal readonly struct LinearStep : ITeamStep
{
    /// <summary>Rows whose depth block, 1.5 KB each, fits into the second-level cache beside the panels; whole tiles of all heights.</summary>
    private const int MaxRows = 192;

    /// <summary>Enough panels that the rows are worth fetching, few enough that their sums stay in the cache.</summary>
    private const int MaxPanels = 8;

    /// <summary>Tiles for each thread, so that none waits long for the last.</summary>
    private const int TilesPerThread = 6;

    private readonly LinearTask _task;
    private readonly int _firstPanel;
    private readonly int _panels;
    private readonly int _tileRows;
    private readonly int _tilePanels;
    private readonly int _rowTiles;
    private readonly int _panelsApart;

    public LinearStep(in LinearTask task, int firstPanel, int panels, int teamSize)
    {
        _task = task;
        _firstPanel = firstPanel;
        _panels = panels;
        int rows = task.X.Rows;
        int rowTiles = Math.Max(1, (rows + MaxRows - 1) / MaxRows);
        int even = (rows + rowTiles - 1) / rowTiles;
        _tileRows = Math.Max(12, (even + 11) / 12 * 12);
        _rowTiles = (rows + _tileRows - 1) / _tileRows;
        int wanted = teamSize == 1 ? MaxPanels : panels * Math.Max(1, _rowTiles) / (teamSize * TilesPerThread);
        _tilePanels = Math.Clamp(wanted, 1, MaxPanels);
        _panelsApart = _tilePanels * teamSize;
    }

    public int Tiles => _rowTiles * ((_panels + _tilePanels - 1) / _tilePanels);

    public void Execute(int tile, TeamThread thread)
    {
        // Neighbouring tiles share panels, which are larger than rows and come from further away.
        int row = tile % _rowTiles * _tileRows;
        int panel = tile / _rowTiles * _tilePanels;
        int rows = Math.Min(_tileRows, _task.X.Rows - row), panels = Math.Min(_tilePanels, _panels - panel);
        // Threads take tiles in turns. Where there are more rows, the same panels come again, and are in the cache.
        int nextPanel = _rowTiles > 1 ? int.MaxValue : Math.Min(_panels, panel + _panelsApart) + _firstPanel;
        panel += _firstPanel;
        if (_task.Weights is IntegerWeights weights)
            weights.Kernels.Linear(in _task, row, rows, panel, panels);
        else
            Kernels.Best.Linear(in _task, row, rows, panel, panels, nextPanel);
    }
}
