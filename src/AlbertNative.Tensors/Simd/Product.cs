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
    /// C [rows, panels] = A [rows, depth] B for one depth block, added to C where <paramref name="add"/>.
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
            while (row < rows)
            {
                row += ProductTile<S, V>.Run(
                    rows - row, a + (row * aStride), aStride, b, depth, c + (row * cStride), cStride, add, ahead);
                ahead = ahead == StreamAhead ? nextPanel : 0;
            }
            b += panelFloats;
            c += 2 * S.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels)
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
            Block(x + depth, task.X.Stride, rows, b, block, panels, y, task.Y.Stride, depth > 0);
        }
        Finish(in task, firstRow, rows, (int)column, panels * width);
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
