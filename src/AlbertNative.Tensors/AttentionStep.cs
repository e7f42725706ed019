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
        int hidden = _output.Columns;
        int headSize = hidden / _heads;
        int column = head * headSize;
        float* key = _keyValue.Row(span.KeyStart) + hidden + column;
        AttentionTask task = new()
        {
            Query = _query.Row(span.QueryStart + first) + column,
            QueryStride = _query.Stride,
            Queries = Math.Min(_blockQueries, span.QueryCount - first),
            Key = key,
            Value = key + hidden,
            KeyStride = _keyValue.Stride,
            Keys = span.KeyCount,
            HeadSize = headSize,
            Output = _output.Row(span.QueryStart + first) + column,
            OutputStride = _output.Stride,
        };
        if (_rounded)
        {
            Int16Kernels rounding = Int16Kernels.Best;
            rounding.Attend(in task, thread.Scratch(rounding.AttentionScratch(span.KeyCount, headSize)));
            return;
        }
        Kernels kernels = Kernels.Best;
        kernels.Attend(in task, thread.Scratch(kernels.AttentionScratch(span.KeyCount, headSize)));
    }
}
