using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>One head of one sequence a tile: its gradient, or without gradients to take, its forward pass with dropout.</summary>
internal readonly unsafe ref struct AttentionGradientStep(in AttentionPass pass, Matrix dOutput, Matrix dQuery, Matrix dKeyValue) : ITeamStep
{
    private readonly AttentionPass _pass = pass;
    private readonly Matrix _dOutput = dOutput;
    private readonly Matrix _dQuery = dQuery;
    private readonly Matrix _dKeyValue = dKeyValue;

    public int Tiles => _pass.Spans.Length * _pass.Heads;

    public void Execute(int tile, TeamThread thread)
    {
        int sequence = tile / _pass.Heads, head = tile % _pass.Heads;
        AttentionSpan span = _pass.Spans[sequence];
        int hidden = _pass.Output.Columns, headSize = hidden / _pass.Heads, column = head * headSize;
        GradientKernels kernels = GradientKernels.Best;
        bool backward = _dOutput.Rows > 0;
        if (span.QueryCount == 0)
        {
            // Nobody asks: the keys and values of this sequence have no part in the result.
            for (int key = span.KeyStart; backward && key < span.KeyStart + span.KeyCount; key++)
            {
                _dKeyValue[key].Slice(hidden + column, headSize).Clear();
                _dKeyValue[key].Slice((2 * hidden) + column, headSize).Clear();
            }
            return;
        }
        bool drops = _pass.Masks is { } masks && masks.Applies(DropoutPlace.Attention);
        AttentionGradientTask task = new()
        {
            Forward = AttentionTask.Of(_pass.Query, _pass.KeyValue, span, _pass.Heads, head, _pass.Output),
            OutputGradient = backward ? _dOutput.Row(span.QueryStart) + column : null,
            OutputGradientStride = _dOutput.Stride,
            QueryGradient = backward ? _dQuery.Row(span.QueryStart) + column : null,
            QueryGradientStride = _dQuery.Stride,
            KeyGradient = backward ? _dKeyValue.Row(span.KeyStart) + hidden + column : null,
            ValueGradient = backward ? _dKeyValue.Row(span.KeyStart) + (2 * hidden) + column : null,
            KeyGradientStride = _dKeyValue.Stride,
            Masks = drops ? _pass.Masks : null,
            FirstRow = new DropoutRow(DropoutPlace.Attention, _pass.Layer, sequence, head, 0),
            QueryRows = _pass.QueryRows,
            QueryStart = span.QueryStart,
        };
        float* scratch = thread.Scratch(kernels.AttentionScratch(span.KeyCount, headSize));
        if (backward)
            kernels.AttentionGradient(in task, scratch);
        else
            kernels.Attend(in task, scratch);
    }
}
