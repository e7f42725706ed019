using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// A product of whole numbers and its epilogue: each tile's sums go through scales, bias, activation and residual while
/// they are in the first-level cache.
/// </summary>
internal static unsafe class IntegerProduct<S, F, O, V>
    where S : ISimd<F>
    where F : struct
    where O : IIntegerOps<V>
    where V : struct
{
    /// <summary>How far ahead of its use a panel is fetched where nothing has brought it into the cache before.</summary>
    private const int StreamAhead = 4096;

    /// <summary>The sums of some rows by one panel.</summary>
    public static void Tiles(int rows, byte* codes, nint stride, byte* panel, nint steps, int* sums, nint sumStride)
    {
        int row = 0;
        while (row < rows)
        {
            row += IntegerTile<O, V>.Run(
                rows - row, codes + (row * stride), stride, panel, steps, sums + (row * sumStride), sumStride, ahead: 0);
        }
    }

    public static void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels)
    {
        switch (task.Activation)
        {
            case Activation.None:
                Linear<IdentityActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            case Activation.Gelu:
                Linear<GeluActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            case Activation.GeluTanh:
                Linear<GeluTanhActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            case Activation.Relu:
                Linear<ReluActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            case Activation.Silu:
                Linear<SiluActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            case Activation.Tanh:
                Linear<TanhActivation<S, F>>(in task, firstRow, rows, firstPanel, panels);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(task), task.Activation, "Not an activation.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Linear<TActivation>(in LinearTask task, int firstRow, int rows, int firstPanel, int panels)
        where TActivation : IActivation<S, F>
    {
        IntegerWeights weights = (IntegerWeights)task.Weights;
        Matrix x = task.X, y = task.Y, residual = task.Residual;
        nint steps = weights.Depth / O.Group, panelBytes = steps * IntegerTile<O, V>.StepBytes;
        nint aStride = x.CodeStride;
        for (int panel = firstPanel; panel < firstPanel + panels; panel++)
        {
            int column = panel * 2 * O.Count;
            byte* b = weights.Panel(panel);
            nint ahead = StreamAhead;
            int row = firstRow;
            while (row < firstRow + rows)
            {
                float* to = y.Row(row) + column;
                float* added = residual.Rows == 0 ? null : residual.Row(row) + column;
                // The epilogue's lines come in while the tile is at work.
                int next = Math.Min(IntegerTile<O, V>.MostRows, firstRow + rows - row);
                Prefetch(to, y.Stride, next);
                if (added != null)
                    Prefetch(added, residual.Stride, next);
                int height = IntegerTile<O, V>.Run(
                    firstRow + rows - row, RowCode.Codes(x.Code(row)), aStride, b, steps, (int*)to, y.Stride, ahead);
                Finish<TActivation>(weights, column, (byte*)x.Code(row), aStride, height, to, y.Stride, added, residual.Stride);
                row += height;
                ahead = ahead == StreamAhead ? panelBytes : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* block, nint stride, int rows)
    {
        if (!Sse.IsSupported)
            return;
        for (int row = 0; row < rows; row++, block += stride)
        {
            for (int column = 0; column < 2 * S.Count; column += PinnedFloats.LineFloats)
                Sse.Prefetch0(block + column);
        }
    }

    /// <summary>y = activation(sum · scale · scales + minimum · sums + bias) [+ residual], in the place of the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TActivation>(
        IntegerWeights weights, int column, byte* code, nint codeStride, int rows, float* y, nint stride,
        float* residual, nint residualStride)
        where TActivation : IActivation<S, F>
    {
        F scale0 = S.Load(weights.Scales + column), scale1 = S.Load(weights.Scales + column + S.Count);
        F sum0 = S.Load(weights.Sums + column), sum1 = S.Load(weights.Sums + column + S.Count);
        F bias0 = S.Load(weights.Bias + column), bias1 = S.Load(weights.Bias + column + S.Count);
        for (int row = 0; row < rows; row++)
        {
            F factor = S.Create(((RowCode*)code)->Scale), minimum = S.Create(((RowCode*)code)->Minimum);
            F left = S.MultiplyAdd(S.LoadIntegers((int*)y), S.Multiply(scale0, factor), S.MultiplyAdd(sum0, minimum, bias0));
            F right = S.MultiplyAdd(
                S.LoadIntegers((int*)y + S.Count), S.Multiply(scale1, factor), S.MultiplyAdd(sum1, minimum, bias1));
            left = TActivation.Apply(left);
            right = TActivation.Apply(right);
            if (residual != null)
            {
                left = S.Add(left, S.Load(residual));
                right = S.Add(right, S.Load(residual + S.Count));
                residual += residualStride;
            }
            S.Store(y, left);
            S.Store(y + S.Count, right);
            code += codeStride;
            y += stride;
        }
    }
}
