using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// Every intermediate result of one pass, grown to the largest batch seen and then reused. A workspace belongs to one
/// pass at a time, and holds on to nothing of its callers' after it.
/// </summary>
internal sealed class Workspace
{
    private static readonly TokenBatch NoTokens = new();

    private readonly bool _projects;
    private readonly MatrixBuffer _embedded = new(), _queryKeyValue = new(), _selectedQuery = new();
    private readonly MatrixBuffer _hidden, _context, _attended, _intermediate, _selectedHidden;
    private Matrix[]? _hiddenStates;
    private AttentionSpan[] _spans = [];
    private AttentionSpan[] _selectedSpans = [];
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
        bool quantizable = precision != WeightPrecision.Float32;
        _hidden = new MatrixBuffer(quantizable);
        _context = new MatrixBuffer(quantizable);
        _attended = new MatrixBuffer(quantizable);
        _intermediate = new MatrixBuffer(quantizable);
        _selectedHidden = new MatrixBuffer(quantizable);
    }

    public ModelConfig Config { get; }

    /// <summary>The tokens of this pass.</summary>
    public TokenBatch Batch { get; private set; } = NoTokens;

    /// <summary>Each sequence's queries and keys.</summary>
    public ReadOnlySpan<AttentionSpan> Spans => _spans.AsSpan(0, Batch.SequenceCount);

    /// <summary>[tokens, embedding]</summary>
    public Matrix Embedded { get; private set; }

    /// <summary>[tokens, hidden]: what goes into a layer and comes out of it.</summary>
    public Matrix Hidden { get; private set; }

    /// <summary>[tokens, 3 hidden]</summary>
    public Matrix QueryKeyValue { get; private set; }

    /// <summary>[tokens, hidden]: the heads' sums of values.</summary>
    public Matrix Context { get; private set; }

    /// <summary>[tokens, hidden]: after the attention's residual and norm.</summary>
    public Matrix Attended { get; private set; }

    /// <summary>[tokens, intermediate]</summary>
    public Matrix Intermediate { get; private set; }

    /// <summary>True where all layers' hidden states are kept in <see cref="HiddenStates"/>.</summary>
    public bool KeepsHiddenStates => _hiddenStates is not null;

    /// <summary>[layers + 1] of [tokens, hidden]: the encoder's input and each layer's output; the caller's memory.</summary>
    public ReadOnlySpan<Matrix> HiddenStates => _hiddenStates;

    /// <summary>True where the last layer is computed for <see cref="Selected"/> alone.</summary>
    public bool Selects { get; private set; }

    /// <summary>The rows that the head needs, ascending.</summary>
    public ReadOnlySpan<int> Selected => _selected.AsSpan(0, SelectedHidden.Rows);

    /// <summary>Each sequence's selected queries, and all of its keys.</summary>
    public ReadOnlySpan<AttentionSpan> SelectedSpans => _selectedSpans.AsSpan(0, Batch.SequenceCount);

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
        int tokens = batch.TokenCount, hidden = Config.HiddenSize;
        Hidden = _hidden.Shape(tokens, hidden);
        Embedded = _projects ? _embedded.Shape(tokens, Config.EmbeddingSize) : Hidden;
        QueryKeyValue = _queryKeyValue.Shape(tokens, 3 * hidden);
        Context = _context.Shape(tokens, hidden);
        Attended = _attended.Shape(tokens, hidden);
        Intermediate = _intermediate.Shape(tokens, Config.IntermediateSize);
        _hiddenStates = hiddenStates;
        Selects = !rows.IsEmpty && rows.Length < tokens;
        SelectedHidden = _selectedHidden.Shape(Selects ? rows.Length : 0, hidden);
        SelectedQuery = _selectedQuery.Shape(Selects ? rows.Length : 0, 3 * hidden);
        PrepareSpans(rows);
    }

    /// <summary>Lets go of the callers' objects.</summary>
    public void Release()
    {
        Batch = NoTokens;
        _hiddenStates = null;
    }

    private void PrepareSpans(ReadOnlySpan<int> rows)
    {
        int sequences = Batch.SequenceCount;
        if (_spans.Length < sequences)
        {
            _spans = new AttentionSpan[2 * sequences];
            _selectedSpans = new AttentionSpan[2 * sequences];
        }
        if (Selects && _selected.Length < rows.Length)
            _selected = new int[2 * rows.Length];
        if (Selects)
            rows.CopyTo(_selected);
        ReadOnlySpan<int> starts = Batch.SequenceStarts;
        int next = 0;
        for (int sequence = 0; sequence < sequences; sequence++)
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
