using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// The backward pass of <see cref="Attention{S, V}"/> for one head of one sequence. Probabilities P are computed again
/// from queries and keys, by the forward pass's own code; then, a block of queries at a time (M: the dropout mask),
/// <code>
/// dV += (P ⊙ M)ᵀ dO     dP = (dO Vᵀ) ⊙ M     dS = s P ⊙ (dP - D), D = rowsum(P ⊙ dP)     dQ = dS K     dK += dSᵀ Q
/// </code>
/// (Dao et al., arXiv:2205.14135, appendix B.2). Sums over queries go block by block, ascending.
/// </summary>
internal static unsafe class AttentionGradient<S, V>
    where S : ISimd<V>
    where V : struct
{
    /// <summary>Queries whose scores are in the cache at a time; a multiple of every tile height.</summary>
    private const int QueryBlock = 48;

    /// <summary>Queries in one chain of a sum over queries.</summary>
    private const int Chain = 24;

    public static int Scratch(int keys, int headSize)
    {
        int keyColumns = Attention<S, V>.Padded(keys), valueColumns = Attention<S, V>.Padded(headSize);
        return checked((2 * keyColumns * headSize) + (3 * valueColumns * keys)
            + (QueryBlock * ((2 * ScoreStride(keys)) + (3 * valueColumns) + PinnedFloats.LineFloats)) + keyColumns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(in AttentionGradientTask task, float* scratch)
    {
        AttentionTask forward = task.Forward;
        int keys = forward.Keys, headSize = forward.HeadSize;
        Blocks blocks = new(scratch, keys, headSize);
        Attention<S, V>.PackKeys(forward.Key, forward.KeyStride, keys, headSize, blocks.Keys, blocks.KeyColumns);
        Attention<S, V>.PackKeys(forward.Value, forward.KeyStride, keys, headSize, blocks.Values, blocks.KeyColumns);
        Attention<S, V>.PackValues(forward.Key, forward.KeyStride, keys, headSize, blocks.KeysDown);
        new Span<float>(blocks.KeySums, keys * blocks.ValueColumns).Clear();
        new Span<float>(blocks.ValueSums, keys * blocks.ValueColumns).Clear();
        float scale = 1 / MathF.Sqrt(headSize);
        for (int query = 0; query < forward.Queries; query += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, forward.Queries - query);
            float* q = forward.Query + (query * forward.QueryStride);
            float* d = task.OutputGradient + (query * task.OutputGradientStride);
            Attention<S, V>.Multiply(q, forward.QueryStride, rows, blocks.Keys, headSize, blocks.KeyColumns, blocks.Scores, blocks.ScoreStride);
            Attention<S, V>.Multiply(d, task.OutputGradientStride, rows, blocks.Values, headSize, blocks.KeyColumns,
                blocks.Gradients, blocks.ScoreStride);
            for (int row = 0; row < rows; row++)
                Softmax(in task, in blocks, query + row, row, scale);
            CopyRows(d, task.OutputGradientStride, rows, headSize, blocks.Rows, blocks.ValueColumns);
            AddTransposed(blocks.Scores, blocks.ScoreStride, in blocks, rows, keys, blocks.ValueSums);
            CopyRows(q, forward.QueryStride, rows, headSize, blocks.Rows, blocks.ValueColumns);
            AddTransposed(blocks.Gradients, blocks.ScoreStride, in blocks, rows, keys, blocks.KeySums);
            nint sumStride = blocks.ValueColumns + PinnedFloats.LineFloats;
            Attention<S, V>.Multiply(blocks.Gradients, blocks.ScoreStride, rows, blocks.KeysDown, keys, blocks.ValueColumns, blocks.Sums, sumStride);
            float* dq = task.QueryGradient + (query * task.QueryGradientStride);
            CopyRows(blocks.Sums, sumStride, rows, headSize, dq, task.QueryGradientStride, exact: true);
        }
        CopyRows(blocks.KeySums, blocks.ValueColumns, keys, headSize, task.KeyGradient, task.KeyGradientStride, exact: true);
        CopyRows(blocks.ValueSums, blocks.ValueColumns, keys, headSize, task.ValueGradient, task.KeyGradientStride, exact: true);
    }

    /// <summary>
    /// From a row of scores and of dO Vᵀ to P ⊙ M, in the scores' place, and dS, in that of the gradients.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(in AttentionGradientTask task, in Blocks blocks, int query, int row, float scale)
    {
        AttentionTask forward = task.Forward;
        int keys = forward.Keys;
        float* p = blocks.Scores + (row * blocks.ScoreStride);
        float* g = blocks.Gradients + (row * blocks.ScoreStride);
        float inverse = 1 / Attention<S, V>.Exponentiate(p, keys, scale);
        float* mask = null;
        if (task.Masks is not null)
        {
            mask = blocks.Mask;
            task.FillMask(query, mask, blocks.KeyColumns);
        }
        // What is subtracted is the mean of dP as it was computed, weighted by P as it was computed: their dS add up to
        // nothing, as they should, and the keys' common gradient does not drown in what rounding left.
        double weighted = 0, sum = 0;
        V inverses = S.Create(inverse), s = S.Create(scale);
        for (int i = 0; i < keys; i += S.Count)
        {
            V probability = S.Multiply(S.Load(p + i), inverses), gradient = S.Load(g + i);
            if (mask != null)
                gradient = S.Multiply(gradient, S.Load(mask + i));
            S.Store(p + i, probability);
            S.Store(g + i, gradient);
            weighted += S.SumInDouble(S.Multiply(probability, gradient));
            sum += S.SumInDouble(probability);
        }
        double mean = weighted / sum;
        V high = S.Create((float)mean), low = S.Create((float)(mean - (float)mean));
        for (int i = 0; i < keys; i += S.Count)
        {
            V probability = S.Load(p + i);
            V centred = S.Subtract(S.Subtract(S.Load(g + i), high), low);
            if (mask != null)
                S.Store(p + i, S.Multiply(probability, S.Load(mask + i)));
            S.Store(g + i, S.Multiply(S.Multiply(probability, centred), s));
        }
    }

    /// <summary>Aᵀ added to sums [keys, head size in panels], a chain of queries at a time.</summary>
    private static void AddTransposed(float* a, nint aStride, in Blocks blocks, int rows, int keys, float* sums)
    {
        int width = blocks.ValueColumns;
        for (int first = 0; first < rows; first += Chain)
        {
            TransposedProduct<S, V>.Add(
                a + (first * aStride), aStride, blocks.Rows + (first * width), width, Math.Min(Chain, rows - first), Chain,
                sums, width, keys, width);
        }
    }

    /// <summary>Rows from one place to another; where they end in the other's padding, it is filled with zeros.</summary>
    private static void CopyRows(float* from, nint fromStride, int rows, int columns, float* to, nint toStride, bool exact = false)
    {
        for (int row = 0; row < rows; row++)
        {
            Span<float> target = new(to + (row * toStride), exact ? columns : (int)toStride);
            new Span<float>(from + (row * fromStride), columns).CopyTo(target);
            target[columns..].Clear();
        }
    }

    private static int ScoreStride(int keys) => Attention<S, V>.Padded(keys) + PinnedFloats.LineFloats;

    /// <summary>Where everything lies in the scratch memory.</summary>
    private readonly ref struct Blocks
    {
        /// <summary>Kᵀ and Vᵀ as panels, [head size, keys].</summary>
        public readonly float* Keys, Values;

        /// <summary>K as panels, [keys, head size].</summary>
        public readonly float* KeysDown;

        /// <summary>dK and dV, [keys, head size], rows of whole panels.</summary>
        public readonly float* KeySums, ValueSums;

        /// <summary>P and dP, later P ⊙ M and dS, [queries, keys].</summary>
        public readonly float* Scores, Gradients;

        /// <summary>Queries or output gradients, [queries, head size], rows of whole panels.</summary>
        public readonly float* Rows;

        /// <summary>dQ, [queries, head size].</summary>
        public readonly float* Sums;

        /// <summary>One row of the dropout mask, [keys].</summary>
        public readonly float* Mask;

        public readonly int KeyColumns, ValueColumns;

        public readonly nint ScoreStride;

        public Blocks(float* scratch, int keys, int headSize)
        {
            KeyColumns = Attention<S, V>.Padded(keys);
            ValueColumns = Attention<S, V>.Padded(headSize);
            ScoreStride = AttentionGradient<S, V>.ScoreStride(keys);
            Keys = scratch;
            Values = Keys + ((nint)KeyColumns * headSize);
            KeysDown = Values + ((nint)KeyColumns * headSize);
            KeySums = KeysDown + ((nint)ValueColumns * keys);
            ValueSums = KeySums + ((nint)ValueColumns * keys);
            Scores = ValueSums + ((nint)ValueColumns * keys);
            Gradients = Scores + (QueryBlock * ScoreStride);
            Rows = Gradients + (QueryBlock * ScoreStride);
            Sums = Rows + (QueryBlock * ValueColumns);
            Mask = Sums + (QueryBlock * (ValueColumns + PinnedFloats.LineFloats));
        }
    }
}
