using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>What the backward pass needs of one layer's forward pass. With checkpointing all layers but the inputs share one.</summary>
internal sealed class LayerBuffers
{
    private readonly MatrixBuffer _queryKeyValue = new(), _query = new(), _input = new(), _context = new();
    private readonly MatrixBuffer _attentionSum = new(), _intermediate = new(), _ffnSum = new();

    /// <summary>[tokens, 3 hidden]</summary>
    public Matrix QueryKeyValue { get; private set; }

    /// <summary>[rows, 3 hidden] of the selected rows; the whole where none are selected.</summary>
    public Matrix Query { get; private set; }

    /// <summary>[rows, hidden]: the layer's input at the selected rows; without rows where none are selected.</summary>
    public Matrix SelectedInput { get; private set; }

    /// <summary>[rows, hidden]: the heads' sums of values.</summary>
    public Matrix Context { get; private set; }

    /// <summary>[rows, hidden]: attention output and residual, before its norm.</summary>
    public Matrix AttentionSum { get; private set; }

    /// <summary>[rows, intermediate], before the activation.</summary>
    public Matrix Intermediate { get; private set; }

    /// <summary>[rows, hidden]: feed-forward output and residual, before its norm.</summary>
    public Matrix FfnSum { get; private set; }

    public void Shape(ModelConfig config, int tokens, int rows)
    {
        int hidden = config.HiddenSize;
        QueryKeyValue = _queryKeyValue.Shape(tokens, 3 * hidden);
        bool selects = rows < tokens;
        Query = selects ? _query.Shape(rows, 3 * hidden) : QueryKeyValue;
        SelectedInput = _input.Shape(selects ? rows : 0, hidden);
        Context = _context.Shape(rows, hidden);
        AttentionSum = _attentionSum.Shape(rows, hidden);
        Intermediate = _intermediate.Shape(rows, config.IntermediateSize);
        FfnSum = _ffnSum.Shape(rows, hidden);
    }
}

/// <summary>
/// Every intermediate result of a forward and a backward pass, grown to the largest batch seen and then reused.
/// </summary>
internal sealed class TrainingWorkspace(ModelConfig config, bool checkpointing)
{
    private readonly MatrixBuffer[] _inputs = [.. Enumerable.Range(0, config.StepCount + 1).Select(_ => new MatrixBuffer())];
    private readonly LayerBuffers[] _layers = [.. Enumerable.Range(0, checkpointing ? 1 : config.StepCount).Select(_ => new LayerBuffers())];
    private readonly LayerBuffers _lastLayer = new();
    private readonly MatrixBuffer _embeddingSum = new(), _embedded = new(), _dropped = new(), _dEmbedding = new(), _dEmbeddingSum = new();
    private readonly MatrixBuffer _attended = new(), _activated = new(), _dIntermediate = new();
    private readonly MatrixBuffer _gradientA = new(), _gradientB = new(), _gradientC = new(), _dQueryKeyValue = new(), _dQuery = new();
    private readonly MatrixBuffer _dStates = new();
    private readonly Matrix[] _states = new Matrix[config.StepCount + 1];
    private (int Sequence, int Row)[] _tokenRows = [], _selectedTokenRows = [];
    private AttentionSpan[] _spans = [], _selectedSpans = [];
    private int[] _selected = [];

    public TokenBatch Batch { get; private set; } = new();

    /// <summary>The rows of the last layer that the head needs, ascending; all where it is as long as the batch.</summary>
    public ReadOnlySpan<int> Selected => _selected.AsSpan(0, RowCount);

    public int RowCount { get; private set; }

    public ReadOnlySpan<AttentionSpan> Spans => _spans.AsSpan(0, Batch.SequenceCount);

    public ReadOnlySpan<AttentionSpan> SelectedSpans => _selectedSpans.AsSpan(0, Batch.SequenceCount);

    /// <summary>The sequence of each token, and its place there.</summary>
    public ReadOnlySpan<(int Sequence, int Row)> TokenRows => _tokenRows.AsSpan(0, Batch.TokenCount);

    /// <summary>As <see cref="TokenRows"/>, of the selected rows.</summary>
    public ReadOnlySpan<(int Sequence, int Row)> SelectedTokenRows => _selectedTokenRows.AsSpan(0, RowCount);

    /// <summary>The place in its sequence of each selected row.</summary>
    public int[] SelectedPlaces { get; private set; } = [];

    /// <summary>[tokens, embedding]: before and after the norm, and after dropout.</summary>
    public Matrix EmbeddingSum { get; private set; }

    public Matrix Embedded { get; private set; }

    public Matrix Dropped { get; private set; }

    /// <summary>[tokens, embedding]: gradients of the embeddings.</summary>
    public Matrix EmbeddingGradient { get; private set; }

    public Matrix EmbeddingSumGradient { get; private set; }

    /// <summary>What goes into each layer, and at the end what comes out of the last, [rows, hidden].</summary>
    public ReadOnlySpan<Matrix> States => _states;

    public Matrix LastState => _states[^1];

    /// <summary>The gradient of <see cref="LastState"/>.</summary>
    public Matrix StateGradient { get; private set; }

    /// <summary>[tokens, 3 hidden]</summary>
    public Matrix QueryKeyValueGradient { get; private set; }

    /// <summary>The buffers of a layer, shaped. With checkpointing what an earlier layer left there is gone.</summary>
    public LayerBuffers Layer(int layer) =>
        layer == config.StepCount - 1 ? _lastLayer : _layers[checkpointing ? 0 : layer];

    /// <summary>Whether a layer's buffers are to be computed again before its backward pass.</summary>
    public bool IsRecomputed(int layer) => checkpointing && layer < config.StepCount - 1;

    /// <summary>[rows, hidden]: after the attention's norm.</summary>
    public Matrix Attended(int rows) => _attended.Shape(rows, config.HiddenSize);

    /// <summary>[rows, intermediate]: after the activation.</summary>
    public Matrix Activated(int rows) => _activated.Shape(rows, config.IntermediateSize);

    /// <summary>[rows, intermediate]</summary>
    public Matrix IntermediateGradient(int rows) => _dIntermediate.Shape(rows, config.IntermediateSize);

    /// <summary>Three gradients of [rows, hidden].</summary>
    public (Matrix A, Matrix B, Matrix C) Gradients(int rows) =>
        (_gradientA.Shape(rows, config.HiddenSize), _gradientB.Shape(rows, config.HiddenSize), _gradientC.Shape(rows, config.HiddenSize));

    /// <summary>[rows, hidden]: the gradient of the selected rows' queries.</summary>
    public Matrix QueryGradient { get; private set; }

    /// <summary>Shapes everything for one batch.</summary>
    public void Prepare(TokenBatch batch, ReadOnlySpan<int> rows)
    {
        Batch = batch;
        int tokens = batch.TokenCount, hidden = config.HiddenSize;
        RowCount = rows.IsEmpty ? tokens : rows.Length;
        Grow(tokens);
        if (rows.IsEmpty)
        {
            for (int row = 0; row < tokens; row++)
                _selected[row] = row;
        }
        rows.CopyTo(_selected);
        EmbeddingSum = _embeddingSum.Shape(tokens, config.EmbeddingSize);
        Embedded = _embedded.Shape(tokens, config.EmbeddingSize);
        Dropped = _dropped.Shape(tokens, config.EmbeddingSize);
        EmbeddingGradient = _dEmbedding.Shape(tokens, config.EmbeddingSize);
        EmbeddingSumGradient = _dEmbeddingSum.Shape(tokens, config.EmbeddingSize);
        for (int i = 0; i < _states.Length; i++)
            _states[i] = _inputs[i].Shape(i == config.StepCount ? RowCount : tokens, hidden);
        foreach (LayerBuffers layer in _layers)
            layer.Shape(config, tokens, tokens);
        _lastLayer.Shape(config, tokens, RowCount);
        QueryKeyValueGradient = _dQueryKeyValue.Shape(tokens, 3 * hidden);
        QueryGradient = _dQuery.Shape(RowCount, hidden);
        StateGradient = _dStates.Shape(tokens, hidden).Slice(0, RowCount);
        // The largest of each, so that no step grows anything while threads compute.
        Attended(tokens);
        Activated(tokens);
        IntermediateGradient(tokens);
        Gradients(tokens);
        PrepareRows();
    }

    /// <summary>The gradient of a layer's input, in the memory of <see cref="StateGradient"/>, for all tokens.</summary>
    public Matrix InputGradient() => _dStates.Shape(Batch.TokenCount, config.HiddenSize);

    private void Grow(int tokens)
    {
        int sequences = Batch.SequenceCount;
        if (_spans.Length < sequences)
        {
            _spans = new AttentionSpan[2 * sequences];
            _selectedSpans = new AttentionSpan[2 * sequences];
        }
        if (_tokenRows.Length < tokens)
        {
            _tokenRows = new (int, int)[2 * tokens];
            _selectedTokenRows = new (int, int)[2 * tokens];
            _selected = new int[2 * tokens];
            SelectedPlaces = new int[2 * tokens];
        }
    }

    private void PrepareRows()
    {
        ReadOnlySpan<int> starts = Batch.SequenceStarts;
        int next = 0;
        for (int sequence = 0; sequence < Batch.SequenceCount; sequence++)
        {
            int start = starts[sequence], count = starts[sequence + 1] - start, first = next;
            for (int row = 0; row < count; row++)
                _tokenRows[start + row] = (sequence, row);
            while (next < RowCount && _selected[next] < start + count)
                next++;
            _spans[sequence] = new AttentionSpan(start, count, start, count);
            _selectedSpans[sequence] = new AttentionSpan(first, next - first, start, count);
        }
        for (int i = 0; i < RowCount; i++)
        {
            _selectedTokenRows[i] = _tokenRows[_selected[i]];
            SelectedPlaces[i] = _selectedTokenRows[i].Row;
        }
    }
}
