using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// Every intermediate result of one pass, grown to the largest batch seen and then reused. A workspace belongs to one
/// pass at a time, and holds on to nothing of its callers' after it.
/// </summary>
internal sealed class Workspace
{
    /// <summary>
    /// Rows that one thread takes through a layer's steps together, so that what one step writes the next one finds in the
    /// second-level cache. Weights, which are read again for each block, are worth it for fewer rows where they are whole numbers.
    /// </summary>
    private const int BlockRows = 128, QuantizedBlockRows = 64;

    private static readonly TokenBatch NoTokens = new();

    private readonly bool _projects;
    private readonly int _blockRows;
    private readonly MatrixBuffer _embedded = new(), _queryKeyValue = new(), _selectedQuery = new();
    private readonly MatrixBuffer _hidden, _context, _attended, _intermediate, _selectedHidden;
    private Matrix[]? _hiddenStates;
    private AttentionSpan[] _spans = [];
    private AttentionSpan[] _selectedSpans = [];
    private SequenceBlock[] _blocks = [];
    private int[] _selected = [];
    private int _sequences;
    private int _blockCount;

    /// <summary>The memory of one pass at a time.</summary>
    /// <param name="config">The model.</param>
    /// <param name="precision">How its layers' weights are held.</param>
    /// <param name="projects">Whether embeddings are projected to the hidden size; if not, they are the hidden states.</param>
    /// <param name="threads">The threads that share a pass.</param>
    public Workspace(ModelConfig config, WeightPrecision precision, bool projects, int threads)
    {
        Config = config;
        _projects = projects;
        // What goes into a layer's products needs room for its codes where the weights are codes.
        bool quantizable = precision != WeightPrecision.Float32;
        // Several threads share each step, and wait for each other at its end: they take all rows at once.
        _blockRows = threads > 1 ? int.MaxValue : quantizable ? QuantizedBlockRows : BlockRows;
        _hidden = new MatrixBuffer(quantizable);
        _context = new MatrixBuffer(quantizable);
        _attended = new MatrixBuffer(quantizable);
        _intermediate = new MatrixBuffer(quantizable);
        _selectedHidden = new MatrixBuffer(quantizable);
    }

    public ModelConfig Config { get; }

    /// <summary>The tokens of this pass; where it is stepped, those that join with this step.</summary>
    public TokenBatch Batch { get; private set; } = NoTokens;

    /// <summary>
    /// All sequences, as many to a block as have together no more rows than well go through a layer together; a longer one is a
    /// block of its own.
    /// </summary>
    public ReadOnlySpan<SequenceBlock> Blocks => _blocks.AsSpan(0, _blockCount);

    /// <summary>[tokens, embedding]</summary>
    public Matrix Embedded { get; private set; }

    /// <summary>[tokens, hidden]: the embeddings as the first layer takes them, rows of <see cref="Hidden"/>.</summary>
    public Matrix Projected { get; private set; }

    /// <summary>[tokens, hidden]: what goes into a layer and comes out of it.</summary>
    public Matrix Hidden { get; private set; }

    /// <summary>[rows of the largest block, 3 hidden]</summary>
    public Matrix QueryKeyValue { get; private set; }

    /// <summary>[rows of the largest block, or where there are more, selected rows; hidden]: the heads' sums of values.</summary>
    public Matrix Context { get; private set; }

    /// <summary>[rows at a time, hidden]: after the attention's residual and norm.</summary>
    public Matrix Attended { get; private set; }

    /// <summary>[rows at a time, intermediate]</summary>
    public Matrix Intermediate { get; private set; }

    /// <summary>True where all layers' hidden states are kept in <see cref="HiddenStates"/>.</summary>
    public bool KeepsHiddenStates => _hiddenStates is not null;

    /// <summary>[layers + 1] of [tokens, hidden]: the encoder's input and each layer's output; the caller's memory.</summary>
    public ReadOnlySpan<Matrix> HiddenStates => _hiddenStates;

    /// <summary>True where the last layer is computed for <see cref="Selected"/> alone.</summary>
    public bool Selects { get; private set; }

    /// <summary>The rows that the head needs, ascending.</summary>
    public ReadOnlySpan<int> Selected => _selected.AsSpan(0, SelectedHidden.Rows);

    /// <summary>[selected, hidden]</summary>
    public Matrix SelectedHidden { get; private set; }

    /// <summary>[selected, 3 hidden], the queries in the first third.</summary>
    public Matrix SelectedQuery { get; private set; }

    /// <summary>Shapes everything for one pass.</summary>
    /// <param name="batch">The tokens; not to be changed before the pass is over.</param>
    /// <param name="rows">The rows that are needed of the last layer, ascending; empty for all.</param>
    /// <param name="hiddenStates">Where every layer's output is kept, [layers + 1] of [tokens, hidden]; null for nowhere.</param>
    public void Prepare(TokenBatch batch, ReadOnlySpan<int> rows, Matrix[]? hiddenStates)
    {
        Batch = batch;
        _hiddenStates = hiddenStates;
        Hidden = _hidden.Shape(batch.TokenCount, Config.HiddenSize);
        Projected = Hidden;
        Select(rows);
        PrepareSpans(rows);
        ShapeLayer(rows.Length);
    }

    /// <summary>Shapes everything for one layer over sequences whose hidden states lie in the caller's memory.</summary>
    /// <param name="hidden">Their hidden states, [rows, hidden], with room for codes where the weights are codes.</param>
    /// <param name="joining">The sequences, the last ones of the rows, whose embeddings are still to be computed.</param>
    /// <param name="spans">Each sequence's rows.</param>
    /// <param name="rows">The rows that are needed of the layer, ascending; empty for all.</param>
    /// <param name="selectedSpans">Each sequence's needed rows as queries, and all of its keys.</param>
    public void PrepareStep(
        Matrix hidden, TokenBatch joining, ReadOnlySpan<AttentionSpan> spans, ReadOnlySpan<int> rows, ReadOnlySpan<AttentionSpan> selectedSpans)
    {
        Batch = joining;
        _hiddenStates = null;
        Hidden = hidden;
        Projected = hidden.Slice(hidden.Rows - joining.TokenCount, joining.TokenCount);
        Select(rows);
        ReserveSpans(spans.Length);
        spans.CopyTo(_spans);
        selectedSpans.CopyTo(_selectedSpans);
        ShapeLayer(rows.Length);
    }

    /// <summary>Each sequence's queries and keys, by their rows within the block.</summary>
    public ReadOnlySpan<AttentionSpan> SpansOf(SequenceBlock block) => _spans.AsSpan(block.FirstSequence, block.Sequences);

    /// <summary>Each sequence's queries among all that are selected, and all of its keys by their rows within the block.</summary>
    public ReadOnlySpan<AttentionSpan> SelectedSpansOf(SequenceBlock block) => _selectedSpans.AsSpan(block.FirstSequence, block.Sequences);

    /// <summary>The size of the fewest equal parts of so many rows of which none is too large to go through a layer together.</summary>
    public int EvenRows(int rows)
    {
        int parts = Math.Max(1, ((rows - 1) / _blockRows) + 1);
        return (rows + parts - 1) / parts;
    }

    /// <summary>Lets go of the callers' objects.</summary>
    public void Release()
    {
        Batch = NoTokens;
        _hiddenStates = null;
    }

    private void Select(ReadOnlySpan<int> rows)
    {
        Selects = !rows.IsEmpty && rows.Length < Hidden.Rows;
        if (!Selects)
            return;
        if (_selected.Length < rows.Length)
            _selected = new int[2 * rows.Length];
        rows.CopyTo(_selected);
    }

    private void ShapeLayer(int rows)
    {
        int hidden = Config.HiddenSize, selected = Selects ? rows : 0;
        int block = DivideIntoBlocks(), together = Math.Min(_blockRows, Math.Max(block, selected));
        Embedded = _projects ? _embedded.Shape(Batch.TokenCount, Config.EmbeddingSize) : Projected;
        QueryKeyValue = _queryKeyValue.Shape(block, 3 * hidden);
        Context = _context.Shape(Math.Max(block, selected), hidden);
        Attended = _attended.Shape(together, hidden);
        Intermediate = _intermediate.Shape(together, Config.IntermediateSize);
        SelectedHidden = _selectedHidden.Shape(selected, hidden);
        SelectedQuery = _selectedQuery.Shape(selected, 3 * hidden);
    }

    /// <summary>Finds the blocks, makes the spans those of rows within them, and returns the rows of the largest one.</summary>
    private int DivideIntoBlocks()
    {
        int largest = 0;
        _blockCount = 0;
        for (int first = 0, end, row = 0; first < _sequences; first = end)
        {
            int rows = 0;
            for (end = first; end < _sequences && (end == first || _spans[end].KeyCount <= _blockRows - rows); end++)
            {
                _spans[end] = _spans[end] with { QueryStart = rows, KeyStart = rows };
                _selectedSpans[end] = _selectedSpans[end] with { KeyStart = rows };
                rows += _spans[end].KeyCount;
            }
            _blocks[_blockCount++] = new SequenceBlock(first, end - first, row, rows);
            largest = Math.Max(largest, rows);
            row += rows;
        }
        return largest;
    }

    private void ReserveSpans(int sequences)
    {
        _sequences = sequences;
        if (_spans.Length >= sequences)
            return;
        _spans = new AttentionSpan[2 * sequences];
        _selectedSpans = new AttentionSpan[2 * sequences];
        _blocks = new SequenceBlock[2 * sequences];
    }

    private void PrepareSpans(ReadOnlySpan<int> rows)
    {
        ReserveSpans(Batch.SequenceCount);
        ReadOnlySpan<int> starts = Batch.SequenceStarts;
        int next = 0;
        for (int sequence = 0; sequence < _sequences; sequence++)
        {
            int start = starts[sequence], count = starts[sequence + 1] - start;
            _spans[sequence] = new AttentionSpan(start, count, start, count);
            int first = next;
            while (Selects && next < rows.Length && rows[next] < start + count)
                next++;
            _selectedSpans[sequence] = new AttentionSpan(first, next - first, start, count);
        }
    }
}
