using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>What the backward pass needs of one layer's forward pass. With checkpointing all layers but the inputs share one.</summary>
internal sealed class LayerBuffers
{
    private readonly MatrixArena _memory = new();

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
        int hidden = config.HiddenSize, selected = rows < tokens ? rows : 0;
        _memory.Shape(
        [
            (tokens, 3 * hidden), (selected, 3 * hidden), (selected, hidden), (rows, hidden), (rows, hidden),
            (rows, config.IntermediateSize), (rows, hidden),
        ]);
        QueryKeyValue = _memory[0];
        Query = rows < tokens ? _memory[1] : QueryKeyValue;
        SelectedInput = _memory[2];
        Context = _memory[3];
        AttentionSum = _memory[4];
        Intermediate = _memory[5];
        FfnSum = _memory[6];
    }
}

/// <summary>
/// Every intermediate result of a forward and a backward pass, grown to the largest batch seen and then reused.
/// </summary>
internal sealed class TrainingWorkspace(ModelConfig config, bool checkpointing)
{
    private readonly LayerBuffers[] _layers = [.. Enumerable.Range(0, checkpointing ? 1 : config.StepCount - 1).Select(_ => new LayerBuffers())];
    private readonly LayerBuffers _lastLayer = new();
    private readonly MatrixArena _states = new(), _embeddings = new(), _scratch = new();
    private readonly MatrixBuffer _wide = new();
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
    public Matrix EmbeddingSum => _embeddings[0];

    public Matrix Embedded => _embeddings[1];

    public Matrix Dropped => _embeddings[2];

    /// <summary>[tokens, embedding]: gradients of the embeddings.</summary>
    public Matrix EmbeddingGradient => _embeddings[3];

    public Matrix EmbeddingSumGradient => _embeddings[4];

    /// <summary>What goes into each layer, and at the end what comes out of the last, [rows, hidden].</summary>
    public MatrixArena States => _states;

    public Matrix LastState => _states[config.StepCount];

    /// <summary>The gradient of <see cref="LastState"/>.</summary>
    public Matrix StateGradient => InputGradient.Slice(0, RowCount);

    /// <summary>The gradient of a layer's input, in the memory of <see cref="StateGradient"/>, for all tokens.</summary>
    public Matrix InputGradient => _scratch[0];

    /// <summary>The buffers of a layer, shaped. With checkpointing what an earlier layer left there is gone.</summary>
    public LayerBuffers Layer(int layer) =>
        layer == config.StepCount - 1 ? _lastLayer : _layers[checkpointing ? 0 : layer];

    /// <summary>Whether a layer's buffers are to be computed again before its backward pass.</summary>
    public bool IsRecomputed(int layer) => checkpointing && layer < config.StepCount - 1;

    /// <summary>[rows, hidden]: after the attention's norm.</summary>
    public Matrix Attended(int rows) => _scratch[1].Slice(0, rows);

    /// <summary>Three gradients of [rows, hidden].</summary>
    public (Matrix A, Matrix B, Matrix C) Gradients(int rows) =>
        (_scratch[2].Slice(0, rows), _scratch[3].Slice(0, rows), _scratch[4].Slice(0, rows));

    /// <summary>[rows, hidden]: the gradient of the selected rows' queries.</summary>
    public Matrix QueryGradient => _scratch[5];

    /// <summary>[rows, intermediate]: after the activation. In one memory with the two that follow, one of which is needed at a time.</summary>
    public Matrix Activated(int rows) => _wide.Shape(rows, config.IntermediateSize);

    /// <summary>[rows, intermediate]</summary>
    public Matrix IntermediateGradient(int rows) => _wide.Shape(rows, config.IntermediateSize);

    /// <summary>[tokens, 3 hidden]</summary>
    public Matrix QueryKeyValueGradient => _wide.Shape(Batch.TokenCount, 3 * config.HiddenSize);

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
        _embeddings.Shape([.. Enumerable.Repeat((tokens, config.EmbeddingSize), 5)]);
        _states.Shape([.. Enumerable.Repeat((tokens, hidden), config.StepCount), (RowCount, hidden)]);
        _scratch.Shape([.. Enumerable.Repeat((tokens, hidden), 5), (RowCount, hidden)]);
        foreach (LayerBuffers layer in _layers)
            layer.Shape(config, tokens, tokens);
        _lastLayer.Shape(config, tokens, RowCount);
        // The largest of them, so that no step grows anything while threads compute.
        _wide.Shape(tokens, Math.Max(config.IntermediateSize, 3 * hidden));
        PrepareRows();
    }

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
