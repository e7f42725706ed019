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
    internal const int QueryBlock = 24;

    public static int Scratch(int keys, int headSize)
    {
        int keyColumns = Padded(keys), valueColumns = Padded(headSize);
        return checked((keyColumns * headSize) + (valueColumns * keys)
            + (QueryBlock * (keyColumns + PinnedFloats.LineFloats + valueColumns + PinnedFloats.LineFloats)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Attend(in AttentionTask task, float* scratch)
    {
        int keyColumns = Padded(task.Keys), valueColumns = Padded(task.HeadSize);
        float* keys = scratch;
        float* values = keys + ((nint)keyColumns * task.HeadSize);
        float* scores = values + ((nint)valueColumns * task.Keys);
        nint scoreStride = keyColumns + PinnedFloats.LineFloats;
        float* sums = scores + (QueryBlock * scoreStride);
        nint sumStride = valueColumns + PinnedFloats.LineFloats;
        PackKeys(task.Key, task.KeyStride, task.Keys, task.HeadSize, keys, keyColumns);
        PackValues(task.Value, task.KeyStride, task.Keys, task.HeadSize, values);

        float scale = 1 / MathF.Sqrt(task.HeadSize);
        float* sumOfExp = stackalloc float[QueryBlock];
        for (int query = 0; query < task.Queries; query += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, task.Queries - query);
            float* q = task.Query + (query * task.QueryStride);
            Multiply(q, task.QueryStride, rows, keys, task.HeadSize, keyColumns, scores, scoreStride);
            for (int row = 0; row < rows; row++)
                sumOfExp[row] = Exponentiate(scores + (row * scoreStride), task.Keys, scale);
            Multiply(scores, scoreStride, rows, values, task.Keys, valueColumns, sums, sumStride);
            for (int row = 0; row < rows; row++)
            {
                float* output = task.Output + ((query + row) * task.OutputStride);
                Divide(sums + (row * sumStride), sumOfExp[row], task.HeadSize, output);
            }
        }
    }

    /// <summary>C [rows, columns] = A [rows, depth] B, B packed in depth blocks.</summary>
    internal static void Multiply(float* a, nint aStride, int rows, float* b, int depth, int columns, float* c, nint cStride)
    {
        for (int first = 0; first < depth; first += Kernels.DepthBlock)
        {
            int block = Math.Min(Kernels.DepthBlock, depth - first);
            Product<S, V>.Block(
                a + first, aStride, rows, b + ((nint)first * columns), block, columns / (2 * S.Count), c, cStride, first > 0);
        }
    }

    /// <summary>Columns in whole panels.</summary>
    internal static int Padded(int columns)
    {
        int width = 2 * S.Count;
        return (columns + width - 1) / width * width;
    }

    /// <summary>Kᵀ [head size, keys] as panels, zero beyond the last key.</summary>
    internal static void PackKeys(float* key, nint stride, int keys, int headSize, float* panels, int columns)
    {
        int width = 2 * S.Count;
        for (int depth = 0; depth < headSize; depth += Kernels.DepthBlock)
        {
            int block = Math.Min(Kernels.DepthBlock, headSize - depth);
            float* to = panels + ((nint)depth * columns);
            if (columns > keys)
                new Span<float>(to + ((nint)(columns - width) * block), width * block).Clear();
            Panels.Pack(key + depth, stride, keys, block, to, 0, width);
        }
    }

    /// <summary>V [keys, head size] as panels, zero beyond the last column.</summary>
    internal static void PackValues(float* value, nint stride, int keys, int headSize, float* panels)
    {
        int width = 2 * S.Count;
        for (int depth = 0; depth < keys; depth += Kernels.DepthBlock)
        {
            int block = Math.Min(Kernels.DepthBlock, keys - depth);
            for (int column = 0; column < headSize; column += width)
            {
                int count = Math.Min(width, headSize - column);
                float* from = value + (depth * stride) + column;
                for (int key = 0; key < block; key++, from += stride, panels += width)
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
    internal static void Divide(float* sums, float divisor, int count, float* output)
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
