using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>One head's attention amid NaNs: other heads' columns, other sequences' rows and the scratch memory.</summary>
internal sealed unsafe class AttentionCase
{
    private const int ScratchGuard = 64;

    private readonly Attention _attend;
    private readonly int _scratch;
    private readonly int _before;

    public AttentionCase(Kernels kernels, int queries, int keys, int headSize, int seed, Func<float>? next = null)
        : this(kernels.Attend, kernels.AttentionScratch(keys, headSize), queries, keys, headSize, seed, next)
    {
    }

    public AttentionCase(Int16Kernels kernels, int queries, int keys, int headSize, int seed, Func<float>? next = null)
        : this(kernels.Attend, kernels.AttentionScratch(keys, headSize), queries, keys, headSize, seed, next)
    {
    }

    private AttentionCase(
        Attention attend, int scratch, int queries, int keys, int headSize, int seed, Func<float>? next)
    {
        Random random = new(seed);
        next ??= () => 2 * random.NextReal();
        (_attend, _scratch) = (attend, scratch);
        _before = seed % 3;
        (Queries, Keys, HeadSize) = (queries, keys, headSize);
        Query = new GuardedMatrix(queries, headSize, headSize + 5, seed).Fill(next);
        Key = new GuardedMatrix(keys, headSize, (2 * headSize) + 1, seed / 3).Fill(next);
        Value = new GuardedMatrix(keys, headSize, (2 * headSize) + 1, seed / 5).Fill(next);
    }

    private delegate void Attention(in AttentionTask task, float* scratch);

    public int Queries { get; }

    public int Keys { get; }

    public int HeadSize { get; }

    public GuardedMatrix Query { get; }

    public GuardedMatrix Key { get; }

    public GuardedMatrix Value { get; }

    /// <summary>Runs the kernel for some queries and checks that it wrote nothing but their results.</summary>
    public GuardedMatrix Run(int first, int count)
    {
        GuardedMatrix output = new(Queries, HeadSize, 7, first + _before);
        AttentionTask task = new()
        {
            Query = Query.Data + (first * Query.Stride),
            QueryStride = Query.Stride,
            Queries = count,
            Key = Key.Data,
            Value = Value.Data,
            KeyStride = Key.Stride,
            Keys = Keys,
            HeadSize = HeadSize,
            Output = output.Data + (first * output.Stride),
            OutputStride = output.Stride,
        };
        GuardedMatrix scratch = new(1, _scratch, ScratchGuard);
        _attend(in task, scratch.Data);
        scratch.AssertUntouchedOutside(0, 1, 0, scratch.Matrix.Columns);
        output.AssertUntouchedOutside(first, count, 0, HeadSize);
        return output;
    }

    public double[] Exact(int query) =>
        Oracle.Attend(d => Query[query, d], (k, d) => Key[k, d], (k, d) => Value[k, d], Keys, HeadSize);

    /// <summary>Runs all queries and fails where one's result is further from the exact one.</summary>
    public void AssertAttended(double tolerance)
    {
        GuardedMatrix output = Run(0, Queries);
        for (int query = 0; query < Queries; query++)
        {
            double[] exact = Exact(query);
            for (int d = 0; d < HeadSize; d++)
            {
                if (!(Math.Abs(output[query, d] - exact[d]) <= tolerance))
                {
                    Assert.Fail($"{Queries} queries, {Keys} keys, head size {HeadSize}: "
                        + $"query {query}, column {d} is {output[query, d]:R} instead of {exact[d]:R}");
                }
            }
        }
    }

    /// <summary>Runs some queries and fails where a result has other bits than in <paramref name="expected"/>.</summary>
    public void AssertBits(GuardedMatrix expected, int first, int count)
    {
        GuardedMatrix found = Run(first, count);
        for (int query = first; query < first + count; query++)
        {
            for (int d = 0; d < HeadSize; d++)
                Assert.Equal(BitConverter.SingleToInt32Bits(expected[query, d]), BitConverter.SingleToInt32Bits(found[query, d]));
        }
    }
}
