using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// Scaled dot-product attention (Vaswani et al., arXiv:1706.03762) for one head: keys and values are packed once, then a
/// few queries at a time get their whole row of scores, its softmax and its sum of values, all within the cache.
/// </summary>
internal static unsafe class Attention<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Queries whose scores are in the cache at a time; a multiple of every tile height.</summary>
    private const int QueryBlock = 24;

    public static int Scratch(int keys, int headSize)
    {
        int keyColumns = Padded(keys), valueColumns = Padded(headSize);
        return checked((keyColumns * headSize) + (valueColumns * keys)
            + (QueryBlock * (keyColumns + PinnedFloats.LineFloats + valueColumns + PinnedFloats.LineFloats)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Attend(in AttentionTask task, float* scratch)
    {
        int width = 2 * S.Count;
        int keyColumns = Padded(task.Keys), valueColumns = Padded(task.HeadSize);
        float* keys = scratch;
        float* values = keys + ((nint)keyColumns * task.HeadSize);
        float* scores = values + ((nint)valueColumns * task.Keys);
        nint scoreStride = keyColumns + PinnedFloats.LineFloats;
        float* sums = scores + (QueryBlock * scoreStride);
        nint sumStride = valueColumns + PinnedFloats.LineFloats;
        PackKeys(in task, keys, keyColumns);
        PackValues(in task, values);

        float scale = 1 / MathF.Sqrt(task.HeadSize);
        float* sumOfExp = stackalloc float[QueryBlock];
        for (int query = 0; query < task.Queries; query += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, task.Queries - query);
            float* q = task.Query + (query * task.QueryStride);
            for (int depth = 0; depth < task.HeadSize; depth += Kernels.DepthBlock)
            {
                int block = Math.Min(Kernels.DepthBlock, task.HeadSize - depth);
                Product<S, V>.Block(
                    q + depth, task.QueryStride, rows, keys + ((nint)depth * keyColumns), block, keyColumns / width,
                    scores, scoreStride, depth > 0);
            }
            for (int row = 0; row < rows; row++)
                sumOfExp[row] = Exponentiate(scores + (row * scoreStride), task.Keys, scale);
            for (int depth = 0; depth < task.Keys; depth += Kernels.DepthBlock)
            {
                int block = Math.Min(Kernels.DepthBlock, task.Keys - depth);
                Product<S, V>.Block(
                    scores + depth, scoreStride, rows, values + ((nint)depth * valueColumns), block, valueColumns / width,
                    sums, sumStride, depth > 0);
            }
            for (int row = 0; row < rows; row++)
            {
                float* output = task.Output + ((query + row) * task.OutputStride);
                Divide(sums + (row * sumStride), sumOfExp[row], task.HeadSize, output);
            }
        }
    }

    private static int Padded(int columns)
    {
        int width = 2 * S.Count;
        return (columns + width - 1) / width * width;
    }

    /// <summary>Kᵀ [head size, keys] as panels, zero beyond the last key.</summary>
    private static void PackKeys(in AttentionTask task, float* panels, int columns)
    {
        int width = 2 * S.Count;
        for (int depth = 0; depth < task.HeadSize; depth += Kernels.DepthBlock)
        {
            int block = Math.Min(Kernels.DepthBlock, task.HeadSize - depth);
            float* to = panels + ((nint)depth * columns);
            if (columns > task.Keys)
                new Span<float>(to + ((nint)(columns - width) * block), width * block).Clear();
            Panels.Pack(task.Key + depth, task.KeyStride, task.Keys, block, to, 0, width);
        }
    }

    /// <summary>V [keys, head size] as panels, zero beyond the last column.</summary>
    private static void PackValues(in AttentionTask task, float* panels)
    {
        int width = 2 * S.Count;
        for (int depth = 0; depth < task.Keys; depth += Kernels.DepthBlock)
        {
            int block = Math.Min(Kernels.DepthBlock, task.Keys - depth);
            for (int column = 0; column < task.HeadSize; column += width)
            {
                int count = Math.Min(width, task.HeadSize - column);
                float* from = task.Value + (depth * task.KeyStride) + column;
                for (int key = 0; key < block; key++, from += task.KeyStride, panels += width)
                {
                    if (count == width)
                    {
                        S.Store(panels, S.Load(from));
                        S.Store(panels + S.Count, S.Load(from + S.Count));
                    }
                    else
                    {
                        new Span<float>(from, count).CopyTo(new Span<float>(panels, width));
                        new Span<float>(panels + count, width - count).Clear();
                    }
                }
            }
        }
    }

    /// <summary>
    /// Replaces each score s by exp((s - largest) * scale), as a power of two, and returns their sum. Columns beyond the
    /// last key hold the products with padding, which softmax must not see.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static float Exponentiate(float* scores, int keys, float scale)
    {
        int whole = keys - (keys % S.Count);
        for (int i = keys; i < whole + S.Count && whole < keys; i++)
            scores[i] = float.NegativeInfinity;
        int end = whole < keys ? whole + S.Count : whole;
        float largest = Largest(scores, end);
        V shift = S.Create(largest), factor = S.Create(scale * 1.44269504088896341f), sum = S.Zero;
        for (int i = 0; i < end; i += S.Count)
        {
            V e = VectorMath<S, V>.Exp2(S.Multiply(S.Subtract(S.Load(scores + i), shift), factor));
            S.Store(scores + i, e);
            sum = S.Add(sum, e);
        }
        return S.Sum(sum);
    }

    /// <summary>The largest of whole vectors of scores, several at a time: a maximum has to wait for the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(float* scores, int count)
    {
        V a = S.Load(scores), b = a, c = a, d = a;
        int i = 0;
        for (; i + (4 * S.Count) <= count; i += 4 * S.Count)
        {
            a = S.Max(a, S.Load(scores + i));
            b = S.Max(b, S.Load(scores + i + S.Count));
            c = S.Max(c, S.Load(scores + i + (2 * S.Count)));
            d = S.Max(d, S.Load(scores + i + (3 * S.Count)));
        }
        for (; i < count; i += S.Count)
            a = S.Max(a, S.Load(scores + i));
        return S.MaxAcross(S.Max(S.Max(a, b), S.Max(c, d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(float* sums, float divisor, int count, float* output)
    {
        float inverse = 1 / divisor;
        V inverses = S.Create(inverse);
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            S.Store(output + i, S.Multiply(S.Load(sums + i), inverses));
        for (; i < count; i++)
            output[i] = sums[i] * inverse;
    }
}
