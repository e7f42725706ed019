using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>
/// Attention cut into tiles of one head of one sequence, or where those are too few for the team, of some of its queries.
/// </summary>
internal readonly unsafe ref struct AttentionStep : ITeamStep
{
    /// <summary>Queries per tile where a sequence is divided: each tile packs all keys again, which must stay worth it.</summary>
    private const int DividedQueries = 96;

    private const int TilesPerThread = 4;

    private readonly Matrix _query;
    private readonly Matrix _keyValue;
    private readonly ReadOnlySpan<AttentionSpan> _spans;
    private readonly int _heads;
    private readonly Matrix _output;
    private readonly bool _rounded;
    private readonly int _blocks;
    private readonly int _blockQueries;

    public AttentionStep(
        Matrix query, Matrix keyValue, ReadOnlySpan<AttentionSpan> spans, int heads, Matrix output,
        WeightPrecision precision, int teamSize)
    {
        _query = query;
        _keyValue = keyValue;
        _spans = spans;
        _heads = heads;
        _output = output;
        _rounded = precision != WeightPrecision.Float32;
        int longest = 0;
        foreach (AttentionSpan span in spans)
            longest = Math.Max(longest, span.QueryCount);
        bool divide = teamSize > 1 && spans.Length * heads < teamSize * TilesPerThread;
        _blockQueries = divide ? DividedQueries : Math.Max(1, longest);
        _blocks = (longest + _blockQueries - 1) / _blockQueries;
    }

    public int Tiles => _spans.Length * _heads * _blocks;

    public void Execute(int tile, TeamThread thread)
    {
        AttentionSpan span = _spans[tile / (_heads * _blocks)];
        int head = tile / _blocks % _heads;
        int first = tile % _blocks * _blockQueries;
        if (first >= span.QueryCount)
            return;
        AttentionSpan block = span with
        {
            QueryStart = span.QueryStart + first,
            QueryCount = Math.Min(_blockQueries, span.QueryCount - first),
        };
        AttentionTask task = AttentionTask.Of(_query, _keyValue, block, _heads, head, _output);
        if (_rounded)
        {
            Int16Kernels rounding = Int16Kernels.Best;
            rounding.Attend(in task, thread.Scratch(rounding.AttentionScratch(task.Keys, task.HeadSize)));
            return;
        }
        Kernels kernels = Kernels.Best;
        kernels.Attend(in task, thread.Scratch(kernels.AttentionScratch(task.Keys, task.HeadSize)));
    }
}
