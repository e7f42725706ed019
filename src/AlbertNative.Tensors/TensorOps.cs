using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>
/// The operations that a forward pass is made of. Each is one step of a <see cref="TeamProgram"/>: all threads of a team
/// call it with the same arguments, share its tiles, and leave it when the result is complete. Every element is computed
/// in one fixed order, so results do not depend on the number of rows, of threads, or on the rows around.
/// Results must not overlap arguments.
/// </summary>
public static unsafe class TensorOps
{
    /// <summary>y = x Wᵀ + b.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="weights">W [outputs, inputs] and b [outputs]</param>
    /// <param name="y">[rows, outputs]</param>
    /// <param name="columns">The outputs to compute; further columns around them may be overwritten.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void Linear(TeamThread thread, Matrix x, LinearWeights weights, Matrix y, Range? columns = null) =>
        Run(thread, new LinearTask(x, weights, y, Activation.None, default), columns);

    /// <summary>y = activation(x Wᵀ + b), shapes as for <see cref="Linear"/>.</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LinearActivation(TeamThread thread, Matrix x, LinearWeights weights, Activation activation, Matrix y) =>
        Run(thread, new LinearTask(x, weights, y, activation, default), null);

    /// <summary>y = LayerNorm(x Wᵀ + b + residual), shapes as for <see cref="Linear"/>; residual is [rows, outputs].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LinearAddNorm(
        TeamThread thread, Matrix x, LinearWeights weights, Matrix residual, LayerNormWeights norm, Matrix y)
    {
        if (residual.Rows != x.Rows || residual.Columns != weights.Outputs)
            throw new ArgumentException($"The residual is [{residual.Rows}, {residual.Columns}], not [{x.Rows}, {weights.Outputs}].", nameof(residual));
        Run(thread, new LinearTask(x, weights, y, Activation.None, residual), null);
        LayerNorm(thread, y, norm, y);
    }

    /// <summary>y = LayerNorm(x) row by row, [rows, length]; y may be x.</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LayerNorm(TeamThread thread, Matrix x, LayerNormWeights norm, Matrix y)
    {
        if (x.Columns != norm.Length || y.Columns != norm.Length || y.Rows != x.Rows)
            throw new ArgumentException($"x is [{x.Rows}, {x.Columns}] and y [{y.Rows}, {y.Columns}] for a norm of {norm.Length}.", nameof(y));
        thread.ForEach(RowTiles.Of(x), new LayerNormStep(x, norm.Weight, norm.Bias, norm.Epsilon, y));
    }

    /// <summary>Multi-head attention: for each head, softmax(Q Kᵀ / √d) V within each span, d = H / heads.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="query">Q in the first H columns, [queries, at least H]</param>
    /// <param name="keyValue">K and V in columns H to 3H, [keys, 3H]</param>
    /// <param name="spans">Which queries attend to which keys.</param>
    /// <param name="heads">The number of heads.</param>
    /// <param name="output">[queries, H]</param>
    /// <param name="precision">
    /// The numbers to compute with: floats, or for weights that have been rounded themselves, 16-bit integers.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not match, or a span is not within them.</exception>
    public static void Attention(
        TeamThread thread, Matrix query, Matrix keyValue, ReadOnlySpan<AttentionSpan> spans, int heads, Matrix output,
        WeightPrecision precision = WeightPrecision.Float32)
    {
        int hidden = output.Columns;
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        if (hidden % heads != 0 || query.Columns < hidden || keyValue.Columns != 3 * hidden || output.Rows != query.Rows)
        {
            throw new ArgumentException(
                $"Q is [{query.Rows}, {query.Columns}], K and V [{keyValue.Rows}, {keyValue.Columns}], the output "
                + $"[{output.Rows}, {output.Columns}], for {heads} heads.", nameof(output));
        }
        foreach (AttentionSpan span in spans)
        {
            if (!span.IsWithin(query.Rows, keyValue.Rows))
                throw new ArgumentException($"{span} is not within {query.Rows} queries and {keyValue.Rows} keys.", nameof(spans));
        }
        AttentionStep step = new(query, keyValue, spans, heads, output, precision, thread.TeamSize);
        thread.ForEach(step.Tiles, step);
    }

    /// <summary>y[i] = x[rows[i]]: [selected, columns] out of [rows, columns].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void GatherRows(TeamThread thread, Matrix x, ReadOnlySpan<int> rows, Matrix y)
    {
        if (y.Rows != rows.Length || y.Columns != x.Columns)
            throw new ArgumentException($"{rows.Length} rows of [{x.Rows}, {x.Columns}] into [{y.Rows}, {y.Columns}].", nameof(y));
        thread.ForEach(rows.Length, new GatherStep(x, rows, y));
    }

    /// <summary>y = x, [rows, columns].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void CopyRows(TeamThread thread, Matrix x, Matrix y)
    {
        if (y.Rows != x.Rows || y.Columns != x.Columns)
            throw new ArgumentException($"[{x.Rows}, {x.Columns}] into [{y.Rows}, {y.Columns}].", nameof(y));
        thread.ForEach(x.Rows, new CopyStep(x, y));
    }

    /// <summary>Some outputs of a product, or all of them.</summary>
    internal static void Run(TeamThread thread, in LinearTask task, Range? columns)
    {
        LinearWeights weights = task.Weights;
        if (task.X.Columns != weights.Inputs || task.Y.Columns != weights.Outputs || task.Y.Rows != task.X.Rows)
        {
            throw new ArgumentException(
                $"x is [{task.X.Rows}, {task.X.Columns}] and y [{task.Y.Rows}, {task.Y.Columns}] for weights "
                + $"[{weights.Outputs}, {weights.Inputs}].", nameof(task));
        }
        if (weights is IntegerWeights integer)
        {
            if (task.X.Codes == null)
                throw new ArgumentException($"x has no room for the codes that {weights.Precision} weights multiply.", nameof(task));
            QuantizeStep quantize = new(task.X, integer);
            thread.ForEach(quantize.Tiles, quantize);
        }
        (int first, int count) = (columns ?? Range.All).GetOffsetAndLength(weights.Outputs);
        int firstPanel = first / weights.PanelWidth;
        int endPanel = (first + count + weights.PanelWidth - 1) / weights.PanelWidth;
        LinearStep step = new(task, firstPanel, endPanel - firstPanel, thread.TeamSize);
        thread.ForEach(step.Tiles, step);
    }
}
