using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>Blocking around <see cref="ProductTile{S, V}"/>, and the epilogue that follows the last block.</summary>
internal static unsafe class Product<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>How far ahead of its use a panel is fetched where nothing has brought it into the cache before.</summary>
    private const int StreamAhead = 4096;

    /// <summary>
    /// C [rows, panels] = A [rows, depth] B for one depth block, added to C where <paramref name="add"/>, panel after panel.
    /// The panels of B follow each other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block(float* a, nint aStride, int rows, float* b, int depth, int panels, float* c, nint cStride, bool add)
    {
        nint panelFloats = (nint)depth * 2 * S.Count;
        nint nextPanel = panelFloats * sizeof(float);
        for (int panel = 0; panel < panels; panel++)
        {
            // The first tile streams the panel in; the second fetches the next panel, which the first tile of the next
            // round then finds in the cache.
            nint ahead = StreamAhead;
            int row = 0;
            FarStream nothing = FarStream.None(b);
            while (row < rows)
            {
                row += ProductTile<S, V>.Run(
                    rows - row, a + (row * aStride), aStride, b, depth, c + (row * cStride), cStride, add, ahead, in nothing);
                ahead = ahead == StreamAhead ? nextPanel : 0;
            }
            b += panelFloats;
            c += 2 * S.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels, int nextPanel, TileOrder order)
    {
        int width = 2 * S.Count;
        SingleWeights weights = (SingleWeights)task.Weights;
        int inputs = weights.Inputs;
        nint column = (nint)firstPanel * width;
        float* x = task.X.Row(firstRow);
        float* y = task.Y.Row(firstRow) + column;
        for (int depth = 0; depth < inputs; depth += weights.DepthBlock)
        {
            int block = Math.Min(weights.DepthBlock, inputs - depth);
            float* b = weights.Block(depth) + (column * block);
            if (order == TileOrder.PanelsOuter)
                Block(x + depth, task.X.Stride, rows, b, block, panels, y, task.Y.Stride, depth > 0);
            else
                RowsOuterBlock(in task, firstRow, rows, firstPanel, panels, depth, block, nextPanel);
        }
        if (order == TileOrder.PanelsOuter)
            Finish(in task, firstRow, rows, (int)column, panels * width);
    }

    /// <summary>One depth block, tile of rows after tile of rows, each with its epilogue after the last block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsOuterBlock(
        in LinearTask task, int firstRow, int rows, int firstPanel, int panels, int depth, int block, int nextPanel)
    {
        int width = 2 * S.Count;
        SingleWeights weights = (SingleWeights)task.Weights;
        int column = firstPanel * width;
        bool isLast = depth + block == weights.Inputs;
        nint panelFloats = (nint)block * width;
        float* first = weights.Block(depth) + (firstPanel * panelFloats);
        FarStream later = Later(weights, depth + block, firstPanel, panels, nextPanel, first, (long)Tiles(rows) * panels * block);
        int height;
        for (int row = firstRow; row < firstRow + rows; row += height)
        {
            height = ProductTile<S, V>.HeightFor(firstRow + rows - row);
            float* b = first, c = task.Y.Row(row) + column;
            for (int panel = 0; panel < panels; panel++)
            {
                ProductTile<S, V>.Run(
                    height, task.X.Row(row) + depth, task.X.Stride, b, block, c, task.Y.Stride, depth > 0, StreamAhead, in later);
                later.Advance(block);
                b += panelFloats;
                c += width;
            }
            if (isLast)
                Finish(in task, row, height, column, panels * width);
        }
    }

    /// <summary>The same panels of the next depth block, or after the last one the first block of the panels that come next.</summary>
    private static FarStream Later(
        SingleWeights weights, int depth, int firstPanel, int panels, int nextPanel, void* cached, long steps)
    {
        if (depth == weights.Inputs)
        {
            if (nextPanel >= weights.PanelCount)
                return FarStream.None(cached);
            (depth, firstPanel, panels) = (0, nextPanel, Math.Min(panels, weights.PanelCount - nextPanel));
        }
        long panelFloats = (long)Math.Min(weights.DepthBlock, weights.Inputs - depth) * 2 * S.Count;
        return new FarStream(weights.Block(depth) + (firstPanel * panelFloats), panels * panelFloats * sizeof(float), steps);
    }

    private static int Tiles(int rows)
    {
        int tiles = 0;
        for (; rows > 0; rows -= ProductTile<S, V>.HeightFor(rows))
            tiles++;
        return tiles;
    }

    public static void Finish(in LinearTask task, int firstRow, int rows, int firstColumn, int columns)
    {
        float* y = task.Y.Row(firstRow) + firstColumn;
        float* bias = task.Weights.Bias + firstColumn;
        float* residual = task.Residual.Rows > 0 ? task.Residual.Row(firstRow) + firstColumn : null;
        Finish(task.Activation, y, task.Y.Stride, rows, columns, bias, residual, task.Residual.Stride);
    }

    private static void Finish(
        Activation activation, float* y, nint stride, int rows, int columns, float* bias, float* residual, nint residualStride)
    {
        switch (activation)
        {
            case Activation.None:
                Finish<IdentityActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            case Activation.Gelu:
                Finish<GeluActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            case Activation.GeluTanh:
                Finish<GeluTanhActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            case Activation.Relu:
                Finish<ReluActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            case Activation.Silu:
                Finish<SiluActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            case Activation.Tanh:
                Finish<TanhActivation<S, V>>(y, stride, rows, columns, bias, residual, residualStride);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation.");
        }
    }

    /// <summary>y = activation(y + bias) [+ residual].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TActivation>(
        float* y, nint stride, int rows, int columns, float* bias, float* residual, nint residualStride)
        where TActivation : IActivation<S, V>
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column += S.Count)
            {
                V value = TActivation.Apply(S.Add(S.Load(y + column), S.Load(bias + column)));
                if (residual != null)
                    value = S.Add(value, S.Load(residual + column));
                S.Store(y + column, value);
            }
            y += stride;
            residual += residual != null ? residualStride : 0;
        }
    }
}
