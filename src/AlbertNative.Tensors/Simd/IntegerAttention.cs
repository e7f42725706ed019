using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Simd;

/// <summary>
/// As <see cref="Attention{S, V}"/>, with both products in 16-bit whole numbers, whose sums are exact: queries, keys and
/// values are rounded with a scale for each query, one for all keys and one for each column of values, and softmax's powers
/// to multiples of the largest one's <see cref="PowerLimit"/>th part.
/// </summary>
internal static unsafe class IntegerAttention<S, F, O, V>
    where S : ISimd<F>
    where F : struct
    where O : IIntegerOps<V>
    where V : struct
{
    /// <summary>Queries whose scores are in the cache at a time; a multiple of every tile height.</summary>
    private const int QueryBlock = 24;

    /// <summary>Keys whose products with values are summed up in 32 bits: 128 · 16383 · 1023 fits.</summary>
    private const int KeyBlock = 128;

    private const int PowerLimit = 16383;

    private const int ValueLimit = 1023;

    /// <summary>1.5 · 2²³</summary>
    private const float Rounding = 12582912;

    public static int Scratch(int keys, int headSize)
    {
        Layout layout = new(keys, headSize);
        return layout.Floats;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Attend(in AttentionTask task, float* scratch)
    {
        Layout layout = new(task.Keys, task.HeadSize);
        int width = 2 * O.Count, limit = Int16Weights.LimitFor(task.HeadSize);
        int* keys = (int*)(scratch + layout.Keys), values = (int*)(scratch + layout.Values);
        float* valueScales = scratch + layout.ValueScales;
        short* queries = (short*)(scratch + layout.Queries), powers = (short*)(scratch + layout.Powers);
        float* sums = scratch + layout.Sums;
        int* scores = (int*)(scratch + layout.Scores), blockSums = (int*)(scratch + layout.BlockSums);
        float keyScale = PackKeys(in task, in layout, limit, queries, keys);
        PackValues(in task, in layout, values, valueScales);

        float scale = keyScale * (1.44269504088896341f / MathF.Sqrt(task.HeadSize));
        float* factors = stackalloc float[QueryBlock], totals = stackalloc float[QueryBlock];
        for (int query = 0; query < task.Queries; query += QueryBlock)
        {
            int rows = Math.Min(QueryBlock, task.Queries - query);
            for (int row = 0; row < rows; row++)
            {
                float* q = task.Query + ((query + row) * task.QueryStride);
                short* codes = queries + (row * 2 * layout.HeadPairs);
                factors[row] = scale * WordRounding<S, F>.RoundToLimit(q, task.HeadSize, (2 * limit) + 1, codes, 2 * layout.HeadPairs);
            }
            Multiply(
                (byte*)queries, 4 * layout.HeadPairs, rows, (byte*)keys, layout.HeadPairs, layout.KeyColumns / width,
                scores, layout.ScoreStride);
            for (int row = 0; row < rows; row++)
            {
                totals[row] = Exponentiate(
                    scores + (row * layout.ScoreStride), task.Keys, factors[row], powers + (row * 2 * layout.PowerStride));
            }
            for (int key = 0; key < task.Keys; key += KeyBlock)
            {
                int pairs = (Math.Min(KeyBlock, task.Keys - key) + 1) / 2;
                Multiply(
                    (byte*)(powers + key), 4 * layout.PowerStride, rows, (byte*)(values + ((nint)key / 2 * layout.ValueColumns)),
                    pairs, layout.ValueColumns / width, blockSums, layout.ValueColumns);
                AddSums(sums, blockSums, rows * layout.ValueColumns, key > 0);
            }
            for (int row = 0; row < rows; row++)
            {
                float* output = task.Output + ((query + row) * task.OutputStride);
                Scale(sums + (row * layout.ValueColumns), valueScales, 1 / totals[row], task.HeadSize, output);
            }
        }
    }

    /// <summary>Sums [rows, panels] of codes by panels that follow each other; strides in bytes and in sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(byte* codes, nint stride, int rows, byte* panel, nint steps, int panels, int* sums, nint sumStride)
    {
        for (int i = 0; i < panels; i++)
        {
            IntegerProduct<S, F, O, V>.Tiles(rows, codes, stride, panel, steps, sums, sumStride);
            panel += steps * IntegerTile<O, V>.StepBytes;
            sums += 2 * O.Count;
        }
    }

    /// <summary>Kᵀ as panels of pairs, zero beyond the last key; returns the keys' scale.</summary>
    private static float PackKeys(in AttentionTask task, in Layout layout, int limit, short* rows, int* panels)
    {
        int width = 2 * O.Count, pairs = layout.HeadPairs;
        new Span<int>(panels + ((nint)(layout.KeyColumns - width) * pairs), width * pairs).Clear();
        float largest = 0;
        for (int key = 0; key < task.Keys; key++)
            largest = MathF.Max(largest, WordRounding<S, F>.Largest(task.Key + (key * task.KeyStride), task.HeadSize));
        float scale = WordRounding<S, F>.Scale(largest, limit, out float inverse);
        for (int first = 0; first < task.Keys; first += QueryBlock)
        {
            int count = Math.Min(QueryBlock, task.Keys - first);
            for (int i = 0; i < count; i++)
            {
                float* key = task.Key + ((first + i) * task.KeyStride);
                WordRounding<S, F>.Round(key, task.HeadSize, inverse, rows + (i * 2 * pairs), 2 * pairs);
            }
            // A pair of codes moves like a float.
            Panels.Pack((float*)rows, pairs, count, pairs, (float*)panels, first, width);
        }
        return scale;
    }

    /// <summary>V as panels of pairs of keys, a block of keys after the other, and each column's scale.</summary>
    private static void PackValues(in AttentionTask task, in Layout layout, int* panels, float* scales)
    {
        int width = 2 * O.Count;
        float* inverses = stackalloc float[S.Count];
        float* tail = stackalloc float[S.Count];
        for (int column = 0; column < layout.ValueColumns; column += S.Count)
        {
            int count = Math.Clamp(task.HeadSize - column, 0, S.Count);
            ColumnScales(in task, column, count, scales + column, inverses);
            F factors = S.Load(inverses);
            for (int first = 0; first < task.Keys; first += KeyBlock)
            {
                int keys = Math.Min(KeyBlock, task.Keys - first), pairs = (keys + 1) / 2;
                int* to = panels + ((nint)first / 2 * layout.ValueColumns) + ((nint)(column / width) * pairs * width) + (column % width);
                for (int key = 0; key < keys; key += 2, to += width)
                {
                    F even = LoadValues(in task, first + key, column, count, tail);
                    F odd = key + 1 < keys ? LoadValues(in task, first + key + 1, column, count, tail) : S.Zero;
                    S.StoreWordPairs(to, S.Round(S.Multiply(even, factors)), S.Round(S.Multiply(odd, factors)));
                }
            }
        }
    }

    /// <summary>The scales that take each column's largest magnitude to the limit; NaN where one is not finite.</summary>
    private static void ColumnScales(in AttentionTask task, int column, int count, float* scales, float* inverses)
    {
        F largest = S.Zero, zeros = S.Zero;
        float* tail = stackalloc float[S.Count];
        for (int key = 0; key < task.Keys; key++)
        {
            F value = LoadValues(in task, key, column, count, tail);
            largest = S.Max(largest, S.Abs(value));
            zeros = S.MultiplyAdd(value, S.Zero, zeros);
        }
        S.Store(scales, S.Add(largest, zeros));
        for (int i = 0; i < S.Count; i++)
            scales[i] = WordRounding<S, F>.Scale(scales[i], ValueLimit, out inverses[i]);
    }

    /// <summary>One vector of a key's values, zero beyond the head's last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F LoadValues(in AttentionTask task, int key, int column, int count, float* tail)
    {
        float* from = task.Value + (key * task.KeyStride) + column;
        if (count == S.Count)
            return S.Load(from);
        S.Store(tail, S.Zero);
        for (int i = 0; i < count; i++)
            tail[i] = from[i];
        return S.Load(tail);
    }

    /// <summary>
    /// Rounds 2^((s - largest) · factor) for each sum s to multiples of 1 / <see cref="PowerLimit"/>, and returns the sum
    /// of these codes: so what is rounded away is missing on both sides of the quotient.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate(int* sums, int keys, float factor, short* powers)
    {
        int whole = keys - (keys % S.Count);
        for (int i = keys; i < whole + S.Count && whole < keys; i++)
            sums[i] = int.MinValue;
        F factors = S.Create(factor), shift = S.Multiply(S.Create(-Largest(sums, keys)), factors), total = S.Zero;
        for (int i = 0; i < whole; i += S.Count)
            total = S.Add(total, Power(sums + i, factors, shift, powers + i));
        if (whole < keys)
        {
            float* last = stackalloc float[S.Count];
            S.Store(last, Power(sums + whole, factors, shift, powers + whole));
            for (int i = keys - whole; i < S.Count; i++)
            {
                last[i] = 0;
                powers[whole + i] = 0;
            }
            total = S.Add(total, S.Load(last));
        }
        return S.Sum(total);
    }

    /// <summary>Stores the codes of one vector of powers and returns them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F Power(int* sums, F factors, F shift, short* powers)
    {
        F power = VectorMath<S, F>.Exp2Coarse(S.MultiplyAdd(S.LoadIntegers(sums), factors, shift));
        // Beside so large a number there is no room for fractions: they are rounded away, and its last bits are the code.
        F code = S.MultiplyAdd(power, S.Create(PowerLimit), S.Create(Rounding));
        S.StoreLowWords(powers, code);
        return S.Subtract(code, S.Create(Rounding));
    }

    private static float Largest(int* sums, int keys)
    {
        F a = S.LoadIntegers(sums), b = a;
        int i = 0;
        for (; i + S.Count < keys; i += 2 * S.Count)
        {
            a = S.Max(a, S.LoadIntegers(sums + i));
            b = S.Max(b, S.LoadIntegers(sums + i + S.Count));
        }
        for (; i < keys; i += S.Count)
            a = S.Max(a, S.LoadIntegers(sums + i));
        return S.MaxAcross(S.Max(a, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSums(float* sums, int* block, int count, bool add)
    {
        for (int i = 0; i < count; i += S.Count)
        {
            F value = S.LoadIntegers(block + i);
            S.Store(sums + i, add ? S.Add(S.Load(sums + i), value) : value);
        }
    }

    /// <summary>output = sums · scales · factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* sums, float* scales, float factor, int count, float* output)
    {
        F factors = S.Create(factor);
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            S.Store(output + i, S.Multiply(S.Load(sums + i), S.Multiply(S.Load(scales + i), factors)));
        for (; i < count; i++)
            output[i] = sums[i] * (scales[i] * factor);
    }

    /// <summary>Where in the scratch memory everything lies, in floats, each on a cache line.</summary>
    private readonly struct Layout
    {
        public readonly int HeadPairs, KeyColumns, ValueColumns, ScoreStride, PowerStride;
        public readonly int Keys, Values, ValueScales, Queries, Powers, Scores, Sums, BlockSums, Floats;

        public Layout(int keys, int headSize)
        {
            int width = 2 * O.Count;
            HeadPairs = (headSize + 1) / 2;
            KeyColumns = (keys + width - 1) / width * width;
            ValueColumns = (headSize + width - 1) / width * width;
            ScoreStride = KeyColumns + PinnedFloats.LineFloats;
            PowerStride = (KeyColumns / 2) + PinnedFloats.LineFloats;
            int next = 0;
            Keys = Take(ref next, KeyColumns, HeadPairs);
            Values = Take(ref next, ValueColumns, (keys + 1) / 2);
            ValueScales = Take(ref next, ValueColumns, 1);
            Queries = Take(ref next, QueryBlock, HeadPairs);
            Powers = Take(ref next, QueryBlock, PowerStride);
            Scores = Take(ref next, QueryBlock, ScoreStride);
            Sums = Take(ref next, QueryBlock, ValueColumns);
            BlockSums = Take(ref next, QueryBlock, ValueColumns);
            Floats = next;
        }

        private static int Take(ref int next, int rows, int columns)
        {
            int at = next;
            next = checked(next + (((rows * columns) + PinnedFloats.LineFloats - 1) / PinnedFloats.LineFloats * PinnedFloats.LineFloats));
            return at;
        }
    }
}
