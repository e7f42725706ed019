using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The forward pass of attention with some of its probabilities dropped: softmax(Q Kᵀ / √d) ⊙ M, times V. A mask of ones
/// gives the bits of <see cref="Attention{S, V}"/>, whose steps it takes.
/// </summary>
internal static unsafe class AttentionDropout<S, V>
    where S : ISimd<V>
    where V : struct
{
    private const int QueryBlock = Attention<S, V>.QueryBlock;

    public static int Scratch(int keys, int headSize) =>
        checked(Attention<S, V>.Scratch(keys, headSize) + Attention<S, V>.Padded(keys));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Attend(in AttentionGradientTask task, float* scratch)
    {
        AttentionTask forward = task.Forward;
        int keyColumns = Attention<S, V>.Padded(forward.Keys), valueColumns = Attention<S, V>.Padded(forward.HeadSize);
        float* keys = scratch;
        float* values = keys + ((nint)keyColumns * forward.HeadSize);
        float* scores = values + ((nint)valueColumns * forward.Keys);
        nint scoreStride = keyColumns + PinnedFloats.LineFloats, sumStride = valueColumns + PinnedFloats.LineFloats;
        float* sums = scores + (QueryBlock * scoreStride);
        float* mask = sums + (QueryBlock * sumStride);
        Attention<S, V>.PackKeys(forward.Key, forward.KeyStride, forward.Keys, forward.HeadSize, keys, keyColumns);
        Attention<S, V>.PackValues(forward.Value, forward.KeyStride, forward.Keys, forward.HeadSize, values);
        float scale = 1 / MathF.Sqrt(forward.HeadSize);
        float* sumOfExp = stackalloc float[QueryBlock];
        for (int query = 0; query < forward.Queries; query += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, forward.Queries - query);
            float* q = forward.Query + (query * forward.QueryStride);
            Attention<S, V>.Multiply(q, forward.QueryStride, rows, keys, forward.HeadSize, keyColumns, scores, scoreStride);
            for (int row = 0; row < rows; row++)
            {
                float* p = scores + (row * scoreStride);
                sumOfExp[row] = Attention<S, V>.Exponentiate(p, forward.Keys, scale);
                task.FillMask(query + row, mask, keyColumns);
                for (int i = 0; i < forward.Keys; i += S.Count)
                    S.Store(p + i, S.Multiply(S.Load(p + i), S.Load(mask + i)));
            }
            Attention<S, V>.Multiply(scores, scoreStride, rows, values, forward.Keys, valueColumns, sums, sumStride);
            for (int row = 0; row < rows; row++)
            {
                float* output = forward.Output + ((query + row) * forward.OutputStride);
                Attention<S, V>.Divide(sums + (row * sumStride), sumOfExp[row], forward.HeadSize, output);
            }
        }
    }
}
