using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// Every intermediate result of one pass, grown to the largest batch seen and then reused. A workspace belongs to one
/// pass at a time, and holds on to nothing of its callers' after it.
/// </summary>
internal sealed class Workspace
{
    /// <summary>
    /// Rows that a thread takes through a layer's steps together, so that what one step writes the next one finds in the
    /// second-level cache. Weights, which are read again for each block, are worth it for fewer rows where they are whole numbers.
    /// </summary>
    private const int BlockRows = 128, QuantizedBlockRows = 64;

    private static readonly TokenBatch NoTokens = new();

    private readonly bool _projects;
    private readonly bool _quantizable;
    private readonly MatrixBuffer _embedded = new(), _selectedQuery = new();
    private readonly MatrixBuffer _hidden, _selectedHidden, _selectedContext;
    private LayerMemory[] _memories = [];
    private Matrix[]? _hiddenStates;
    private int[] _selected = [];

    /// <summary>The memory of one pass at a time.</summary>
    /// <param name="config">The model.</param>
    /// <param name="precision">How its layers' weights are held.</param>
    /// <param name="projects">Whether embeddings are projected to the hidden size; if not, they are the hidden states.</param>
    public Workspace(ModelConfig config, WeightPrecision precision, bool projects)
    {
        Config = config;
        _projects = projects;
        // What goes into a layer's products needs room for its codes where the weights are codes.
        _quantizable = precision != WeightPrecision.Float32;
        _hidden = new MatrixBuffer(_quantizable);
        _selectedHidden = new MatrixBuffer(_quantizable);
        _selectedContext = new MatrixBuffer(_quantizable);
    }

    public ModelConfig Config { get; }

    /// <summary>The tokens of this pass; where it is stepped, those that join with this step.</summary>
    public TokenBatch Batch { get; private set; } = NoTokens;

    /// <summary>How the sequences are shared out.</summary>
    public SequenceBlocks Blocks { get; } = new();

    /// <summary>[tokens, embedding]</summary>
    public Matrix Embedded { get; private set; }

    /// <summary>[tokens, hidden]: the embeddings as the first layer takes them, rows of <see cref="Hidden"/>.</summary>
    public Matrix Projected { get; private set; }

    /// <summary>[tokens, hidden]: what goes into a layer and comes out of it.</summary>
    public Matrix Hidden { get; private set; }

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

    /// <summary>[selected, hidden]: the heads' sums of values.</summary>
    public Matrix SelectedContext { get; private set; }

    /// <summary>Shapes everything for one pass.</summary>
    /// <param name="batch">The tokens; not to be changed before the pass is over.</param>
    /// <param name="rows">The rows that are needed of the last layer, ascending; empty for all.</param>
    /// <param name="hiddenStates">Where every layer's output is kept, [layers + 1] of [tokens, hidden]; null for nowhere.</param>
    /// <param name="threads">The threads that will share the pass.</param>
    public void Prepare(TokenBatch batch, ReadOnlySpan<int> rows, Matrix[]? hiddenStates, int threads)
    {
        Batch = batch;
        _hiddenStates = hiddenStates;
        Hidden = _hidden.Shape(batch.TokenCount, Config.HiddenSize);
        Projected = Hidden;
        Select(rows);
        PrepareSpans(rows);
        ShapeLayer(rows.Length, threads);
    }

    /// <summary>Shapes everything for one layer over sequences whose hidden states lie in the caller's memory.</summary>
    /// <param name="hidden">Their hidden states, [rows, hidden], with room for codes where the weights are codes.</param>
    /// <param name="joining">The sequences, the last ones of the rows, whose embeddings are still to be computed.</param>
    /// <param name="spans">Each sequence's rows.</param>
    /// <param name="rows">The rows that are needed of the layer, ascending; empty for all.</param>
    /// <param name="selectedSpans">Each sequence's needed rows as queries, and all of its keys.</param>
    /// <param name="threads">The threads that will share the layer.</param>
    public void PrepareStep(
        Matrix hidden, TokenBatch joining, ReadOnlySpan<AttentionSpan> spans, ReadOnlySpan<int> rows,
        ReadOnlySpan<AttentionSpan> selectedSpans, int threads)
    {
        Batch = joining;
        _hiddenStates = null;
        Hidden = hidden;
        Projected = hidden.Slice(hidden.Rows - joining.TokenCount, joining.TokenCount);
        Select(rows);
        Blocks.Reserve(spans.Length, out Span<AttentionSpan> all, out Span<AttentionSpan> selected);
        spans.CopyTo(all);
        selectedSpans.CopyTo(selected);
        ShapeLayer(rows.Length, threads);
    }

    /// <summary>The memory of the steps that a thread runs: its own for what it takes alone, the first where all threads share them.</summary>
    public LayerMemory MemoryOf(TeamThread thread) => _memories[thread.TeamSize == 1 ? thread.Index : 0];

    /// <summary>How some rows are shared out in steps whose rows need nothing of each other.</summary>
    public RowParts PartsOf(int rows, TeamThread thread) => RowParts.Divide(rows, MostRows, thread.TeamSize);

    /// <summary>Lets go of the callers' objects.</summary>
    public void Release()
    {
        Batch = NoTokens;
        _hiddenStates = null;
    }

    private int MostRows => _quantizable ? QuantizedBlockRows : BlockRows;

    private void Select(ReadOnlySpan<int> rows)
    {
        Selects = !rows.IsEmpty && rows.Length < Hidden.Rows;
        if (!Selects)
            return;
        if (_selected.Length < rows.Length)
            _selected = new int[2 * rows.Length];
        rows.CopyTo(_selected);
    }

    private void ShapeLayer(int rows, int threads)
    {
        int hidden = Config.HiddenSize, selected = Selects ? rows : 0;
        Embedded = _projects ? _embedded.Shape(Batch.TokenCount, Config.EmbeddingSize) : Projected;
        SelectedHidden = _selectedHidden.Shape(selected, hidden);
        SelectedQuery = _selectedQuery.Shape(selected, 3 * hidden);
        SelectedContext = _selectedContext.Shape(selected, hidden);
        Blocks.Divide(MostRows, threads);
        GrowMemories(threads);
        int alone = Blocks.LargestAlone, rest = Blocks.Rest.Rows, divided = Math.Max(rest, selected);
        int part = Math.Min(MostRows, Math.Max(alone, divided)), shared = Math.Min(divided, threads * RowParts.LeastOfThread);
        for (int i = 0; i < threads; i++)
        {
            bool isFirst = i == 0;
            _memories[i].Shape(Config, isFirst ? Math.Max(alone, rest) : alone, isFirst ? Math.Max(part, shared) : part);
        }
    }

    private void GrowMemories(int threads)
    {
        int old = _memories.Length;
        if (old >= threads)
            return;
        Array.Resize(ref _memories, threads);
        for (int i = old; i < threads; i++)
            _memories[i] = new LayerMemory(_quantizable);
    }

    private void PrepareSpans(ReadOnlySpan<int> rows)
    {
        Blocks.Reserve(Batch.SequenceCount, out Span<AttentionSpan> spans, out Span<AttentionSpan> selectedSpans);
        ReadOnlySpan<int> starts = Batch.SequenceStarts;
        int next = 0;
        for (int sequence = 0; sequence < spans.Length; sequence++)
        {
            int start = starts[sequence], count = starts[sequence + 1] - start;
            spans[sequence] = new AttentionSpan(start, count, start, count);
            int first = next;
            while (Selects && next < rows.Length && rows[next] < start + count)
                next++;
            selectedSpans[sequence] = new AttentionSpan(first, next - first, start, count);
        }
    }
}
