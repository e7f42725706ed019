using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tensors;

/// <summary>
/// The operations that a backward pass is made of, beside <see cref="TensorOps"/> and in the same way: each is a step of
/// a <see cref="TeamProgram"/> that all threads of a team call with the same arguments. Gradients of parameters are
/// added to what is there. Every sum has one fixed order, which depends on shapes alone: results have the same bits for
/// any number of threads.
/// </summary>
public static unsafe class GradientOps
{
    /// <summary>y = x Wᵀ + b + residual: the product before the LayerNorm that <see cref="TensorOps.LinearAddNorm"/> fuses with it.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="weights">W [outputs, inputs] and b [outputs]; transposed ones for the gradient of an input.</param>
    /// <param name="residual">[rows, outputs], or a matrix without rows for none.</param>
    /// <param name="y">[rows, outputs]</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LinearAdd(TeamThread thread, Matrix x, LinearWeights weights, Matrix residual, Matrix y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Require(x.Columns == weights.Inputs && y.Columns == weights.Outputs && y.Rows == x.Rows, x, y, nameof(y));
        Require(residual.Rows == 0 || Same(residual, y), residual, y, nameof(residual));
        TensorOps.Run(thread, new LinearTask(x, weights, y, Activation.None, residual), null);
    }

    /// <summary>dW += dyᵀ x and db += Σ dy: the gradients of y = x Wᵀ + b by its parameters.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="dy">[rows, outputs]</param>
    /// <param name="x">[rows, inputs]</param>
    /// <param name="weight">dW [outputs, inputs], part of a <see cref="ParameterBlock"/>.</param>
    /// <param name="bias">db [1, outputs], or a matrix without rows where there is no bias.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LinearParameters(TeamThread thread, Matrix dy, Matrix x, Matrix weight, Matrix bias)
    {
        Require(dy.Rows == x.Rows && weight.Rows == dy.Columns && weight.Columns == x.Columns, dy, x, nameof(dy));
        WeightGradientStep product = new(dy, x, weight, thread.TeamSize);
        thread.ForEach(product.Tiles, product);
        if (bias.Rows > 0)
            ColumnSums(thread, dy, bias);
    }

    /// <summary>sums += Σ x over the rows; sums is [1, columns].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void ColumnSums(TeamThread thread, Matrix x, Matrix sums)
    {
        Require(sums.Rows == 1 && sums.Columns == x.Columns, x, sums, nameof(sums));
        thread.ForEach(ColumnSumStep.TilesOf(x), new ColumnSumStep(x, sums));
    }

    /// <summary>y = LayerNorm(x), weight and bias [1, columns] being part of a <see cref="ParameterBlock"/>.</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LayerNorm(TeamThread thread, Matrix x, Matrix weight, Matrix bias, float epsilon, Matrix y)
    {
        Require(Same(x, y) && weight.Columns == x.Columns && bias.Columns == x.Columns, x, y, nameof(y));
        thread.ForEach(RowTiles.Of(x), new LayerNormStep(x, weight, bias, epsilon, y));
    }

    /// <summary>The gradients of y = LayerNorm(x): dx, and what is added to those of weight and bias.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="dy">[rows, columns]</param>
    /// <param name="x">The forward pass's input, [rows, columns].</param>
    /// <param name="weight">[1, columns]</param>
    /// <param name="epsilon">What was added to the variance.</param>
    /// <param name="moments">Scratch memory.</param>
    /// <param name="dx">[rows, columns]; must not be dy.</param>
    /// <param name="weightGradient">[1, columns]</param>
    /// <param name="biasGradient">[1, columns]</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void LayerNormGradient(
        TeamThread thread, Matrix dy, Matrix x, Matrix weight, float epsilon, MomentsBuffer moments, Matrix dx,
        Matrix weightGradient, Matrix biasGradient)
    {
        ArgumentNullException.ThrowIfNull(moments);
        Require(Same(dy, x) && Same(dx, x) && weight.Columns == x.Columns, dy, dx, nameof(dx));
        Require(weightGradient.Columns == x.Columns && biasGradient.Columns == x.Columns, weightGradient, x, nameof(weightGradient));
        RowMoments* rows;
        lock (moments)
            rows = moments.Of(x.Rows);
        thread.ForEach(RowTiles.Of(x), new NormGradientStep(dy, x, weight, epsilon, rows, dx));
        thread.ForEach(ColumnSumStep.TilesOf(x), new NormSumStep(dy, x, rows, weightGradient, biasGradient));
    }

    /// <summary>y = activation(u), [rows, columns].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void Activate(TeamThread thread, Matrix u, Activation activation, Matrix y)
    {
        Require(Same(u, y), u, y, nameof(y));
        thread.ForEach(RowTiles.Of(u), new ActivateStep(u, activation, y));
    }

    /// <summary>d = d ⊙ activation'(u), [rows, columns]: from the gradient of activation(u) to that of u.</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void ActivationGradient(TeamThread thread, Matrix u, Activation activation, Matrix d)
    {
        Require(Same(u, d), u, d, nameof(d));
        thread.ForEach(RowTiles.Of(u), new ActivationGradientStep(u, activation, d));
    }

    /// <summary>y += x, [rows, columns].</summary>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void Add(TeamThread thread, Matrix x, Matrix y)
    {
        Require(Same(x, y), x, y, nameof(y));
        thread.ForEach(RowTiles.Of(x), new AddStep(x, y));
    }

    /// <summary>All elements to zero.</summary>
    public static void Clear(TeamThread thread, Matrix x) => thread.ForEach(RowTiles.Of(x), new ClearStep(x));

    /// <summary>y[rows[i]] += x[i]; rows ascend.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="x">[rows, columns]</param>
    /// <param name="rows">The rows of y, each at most once.</param>
    /// <param name="y">At least as wide as x; further columns stay as they are.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void ScatterRows(TeamThread thread, Matrix x, ReadOnlySpan<int> rows, Matrix y)
    {
        Require(x.Rows == rows.Length && y.Columns >= x.Columns, x, y, nameof(y));
        thread.ForEach(rows.Length, new ScatterRowsStep(x, rows, y));
    }

    /// <summary>table[index[i]] += x[i], rows in ascending order, several of them to one row of the table.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="x">[rows, columns]</param>
    /// <param name="index">Each row's row in the table.</param>
    /// <param name="skip">A row of the table that gets nothing, or -1 for none.</param>
    /// <param name="table">[entries, columns], part of a <see cref="ParameterBlock"/>.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void ScatterAdd(TeamThread thread, Matrix x, ReadOnlySpan<int> index, int skip, Matrix table)
    {
        Require(x.Rows == index.Length && table.Columns == x.Columns, x, table, nameof(table));
        thread.ForEach(ScatterAddStep.TilesOf(x), new ScatterAddStep(x, index, skip, table));
    }

    /// <summary>The gradients of <see cref="TensorOps.Attention"/>.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="pass">What the forward pass had and gave.</param>
    /// <param name="dOutput">The gradient of its output, [queries, H].</param>
    /// <param name="dQuery">Takes the queries' gradient in its first H columns.</param>
    /// <param name="dKeyValue">Takes the keys' and values' gradients in columns H to 3H.</param>
    public static void AttentionGradient(
        TeamThread thread, in AttentionPass pass, Matrix dOutput, Matrix dQuery, Matrix dKeyValue)
    {
        Require(Same(dOutput, pass.Output) && dQuery.Rows == dOutput.Rows, dOutput, pass.Output, nameof(dOutput));
        AttentionGradientStep step = new(in pass, dOutput, dQuery, dKeyValue);
        thread.ForEach(step.Tiles, step);
    }

    /// <summary>As <see cref="TensorOps.Attention"/>, with some of the probabilities dropped where the pass has masks.</summary>
    public static void Attention(TeamThread thread, in AttentionPass pass)
    {
        if (pass.Masks is null || !pass.Masks.Applies(DropoutPlace.Attention))
        {
            TensorOps.Attention(thread, pass.Query, pass.KeyValue, pass.Spans, pass.Heads, pass.Output);
            return;
        }
        AttentionGradientStep step = new(in pass, default, default, default);
        thread.ForEach(step.Tiles, step);
    }

    /// <summary>y = x ⊙ mask [+ residual], row by row; nothing is done to x where the place drops nothing.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="x">[rows, columns]; y may be x.</param>
    /// <param name="masks">The masks.</param>
    /// <param name="place">The mask's place; its sequence and row are filled in.</param>
    /// <param name="rows">The sequence of each row, and its row there.</param>
    /// <param name="residual">What is added, or a matrix without rows.</param>
    /// <param name="y">[rows, columns]</param>
    public static void Dropout(
        TeamThread thread, Matrix x, DropoutMasks masks, DropoutRow place, ReadOnlySpan<(int Sequence, int Row)> rows,
        Matrix residual, Matrix y)
    {
        Require(Same(x, y) && rows.Length == x.Rows, x, y, nameof(y));
        thread.ForEach(RowTiles.Of(x), new DropoutStep(x, masks, place, rows, residual, y));
    }

    /// <summary>
    /// Softmax cross entropy row by row: the logits are replaced by their gradient, and losses[i] takes the row's loss,
    /// not multiplied by its factor.
    /// </summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="logits">[rows, classes]</param>
    /// <param name="labels">Each row's class; a row whose label is below zero has no loss and a gradient of zero.</param>
    /// <param name="factors">What each row's loss counts in the whole, the normaliser included.</param>
    /// <param name="smoothing">Label smoothing ε.</param>
    /// <param name="losses">[rows]</param>
    public static void CrossEntropy(
        TeamThread thread, Matrix logits, ReadOnlySpan<int> labels, ReadOnlySpan<double> factors, double smoothing, Span<double> losses)
    {
        Require(labels.Length == logits.Rows && factors.Length == logits.Rows && losses.Length == logits.Rows, logits, logits, nameof(labels));
        thread.ForEach(RowTiles.Of(logits), new CrossEntropyStep(logits, labels, factors, smoothing, losses));
    }

    /// <summary>Packs W, part of a <see cref="ParameterBlock"/>, for x Wᵀ + b and, transposed, for dy W.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="weight">W [outputs, inputs]</param>
    /// <param name="bias">b [1, outputs]</param>
    /// <param name="packed">[outputs, inputs], or null where it is not wanted.</param>
    /// <param name="transposed">[inputs, outputs], or null where it is not wanted.</param>
    public static void Pack(TeamThread thread, Matrix weight, Matrix bias, LinearWeights? packed, LinearWeights? transposed)
    {
        if (packed is not null)
            thread.ForEach(PackStep.TilesOf(weight), new PackStep(weight, bias, packed));
        if (transposed is SingleWeights single)
            thread.ForEach(single.PanelCount, new PackTransposedStep(weight, single));
    }

    private static bool Same(Matrix a, Matrix b) => a.Rows == b.Rows && a.Columns == b.Columns;

    private static void Require(bool matches, Matrix a, Matrix b, string parameter)
    {
        if (!matches)
            throw new ArgumentException($"Shapes [{a.Rows}, {a.Columns}] and [{b.Rows}, {b.Columns}] do not go together.", parameter);
    }
}
