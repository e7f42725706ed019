using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Tensors;

public sealed class TensorOpsTests
{
    [Fact]
    public void Every_operation_has_the_same_bits_on_any_number_of_threads()
    {
        float[] alone = Everything(1);
        Assert.DoesNotContain(float.NaN, alone);
        for (int threads = 2; threads <= 4; threads++)
            Assert.Equal(alone, Everything(threads));
    }

    [Fact]
    public void Every_operation_computes_its_formula()
    {
        Random random = new(8);
        float[] weight = random.Reals(45 * 70), bias = random.Reals(45), scale = random.Reals(45), shift = random.Reals(45);
        Matrix x = RandomMatrix(random, 29, 70), residual = RandomMatrix(random, 29, 45);
        Matrix linear = Undefined(29, 45), active = Undefined(29, 45), normal = Undefined(29, 45);
        LinearWeights packed = Pack(45, 70, weight, bias);
        LayerNormWeights norm = new(scale, shift, 1e-6f);

        Team.Run(2, thread =>
        {
            TensorOps.Linear(thread, x, packed, linear);
            TensorOps.LinearActivation(thread, x, packed, Activation.Gelu, active);
            TensorOps.LinearAddNorm(thread, x, packed, residual, norm, normal);
        });

        for (int row = 0; row < 29; row++)
        {
            float[] sums = new float[45];
            for (int output = 0; output < 45; output++)
            {
                double exact = bias[output];
                for (int k = 0; k < 70; k++)
                    exact += (double)x[row][k] * weight[(output * 70) + k];
                Assert.Equal(exact, linear[row][output], 5e-6);
                Assert.Equal(Oracle.Activate(Activation.Gelu, exact), active[row][output], 5e-6);
                sums[output] = (float)(exact + residual[row][output]);
            }
            double[] normalised = Oracle.LayerNorm(sums, scale, shift, 1e-6);
            for (int output = 0; output < 45; output++)
                Assert.Equal(normalised[output], normal[row][output], 5e-6);
        }
    }

    [Fact]
    public void Rows_have_the_same_bits_alone_and_in_any_batch()
    {
        Random random = new(9);
        LinearWeights packed = Pack(80, 400, random.Reals(80 * 400), random.Reals(80));
        LayerNormWeights norm = new(random.Reals(80), random.Reals(80), 1e-6f);
        Matrix x = RandomMatrix(random, 230, 400), residual = RandomMatrix(random, 230, 80);
        Matrix all = Undefined(230, 80), some = Undefined(230, 80);
        Team.Run(1, thread => TensorOps.LinearAddNorm(thread, x, packed, residual, norm, all));
        foreach ((int first, int count) in new[] { (0, 1), (229, 1), (13, 2), (100, 13), (31, 199), (0, 193) })
        {
            Team.Run(2, thread => TensorOps.LinearAddNorm(
                thread, x.Slice(first, count), packed, residual.Slice(first, count), norm, some.Slice(0, count)));
            for (int row = 0; row < count; row++)
                Assert.Equal(all[first + row], some[row]);
        }
    }

    [Fact]
    public void A_range_of_outputs_has_the_bits_of_all()
    {
        Random random = new(10);
        LinearWeights packed = Pack(210, 90, random.Reals(210 * 90), []);
        Matrix x = RandomMatrix(random, 21, 90), all = Undefined(21, 210);
        Team.Run(1, thread => TensorOps.Linear(thread, x, packed, all));
        foreach (Range range in new[] { 0..1, 70..140, 140.., ..70, 209..210, 33..97, 5..5 })
        {
            Matrix part = Undefined(21, 210);
            Team.Run(2, thread => TensorOps.Linear(thread, x, packed, part, range));
            for (int row = 0; row < 21; row++)
                Assert.Equal(all[row][range], part[row][range]);
        }
    }

    [Fact]
    public void Sequences_attend_to_themselves_alone()
    {
        const int Heads = 3, HeadSize = 26, Hidden = Heads * HeadSize;
        int[] lengths = [1, 5, 40, 2, 130];
        Random random = new(12);
        Matrix qkv = RandomMatrix(random, lengths.Sum(), 3 * Hidden), batch = Undefined(lengths.Sum(), Hidden);
        AttentionSpan[] spans = Spans(lengths);
        for (int threads = 1; threads <= 3; threads++)
        {
            Team.Run(threads, thread => TensorOps.Attention(thread, qkv, qkv, spans, Heads, batch));
            foreach (AttentionSpan span in spans)
            {
                Matrix sequence = qkv.Slice(span.KeyStart, span.KeyCount), alone = Undefined(span.KeyCount, Hidden);
                Team.Run(1, thread => TensorOps.Attention(
                    thread, sequence, sequence, [new AttentionSpan(0, span.KeyCount, 0, span.KeyCount)], Heads, alone));
                for (int row = 0; row < span.KeyCount; row++)
                    Assert.Equal(alone[row], batch[span.QueryStart + row]);
                AssertAttended(sequence, alone, Heads);
            }
        }
    }

    [Fact]
    public void Selected_queries_have_the_bits_of_all()
    {
        const int Heads = 2, Hidden = 2 * 13;
        int[] lengths = [7, 101, 30], selected = [0, 3, 7, 8, 107];
        Random random = new(13);
        Matrix qkv = RandomMatrix(random, lengths.Sum(), 3 * Hidden);
        Matrix all = Undefined(lengths.Sum(), Hidden), some = Undefined(selected.Length, Hidden);
        Matrix queries = Undefined(selected.Length, 3 * Hidden);
        AttentionSpan[] spans = Spans(lengths);
        // The last sequence has no query, as where a head asks for nothing of it.
        AttentionSpan[] selectedSpans = [new(0, 2, 0, 7), new(2, 3, 7, 101), new(5, 0, 108, 30)];
        Team.Run(2, thread =>
        {
            TensorOps.GatherRows(thread, qkv, selected, queries);
            TensorOps.Attention(thread, qkv, qkv, spans, Heads, all);
            TensorOps.Attention(thread, queries, qkv, selectedSpans, Heads, some);
        });
        for (int i = 0; i < selected.Length; i++)
        {
            Assert.Equal(qkv[selected[i]], queries[i]);
            Assert.Equal(all[selected[i]], some[i]);
        }
    }

    [Fact]
    public void Rows_are_copied_and_gathered()
    {
        Random random = new(14);
        Matrix x = RandomMatrix(random, 9, 21), copy = Undefined(9, 21), gathered = Undefined(4, 21);
        Team.Run(3, thread =>
        {
            TensorOps.CopyRows(thread, x, copy);
            TensorOps.GatherRows(thread, x, [8, 0, 3, 3], gathered);
            TensorOps.GatherRows(thread, x, [], Undefined(0, 21));
        });
        for (int row = 0; row < 9; row++)
            Assert.Equal(x[row], copy[row]);
        Assert.Equal(x[8], gathered[0]);
        Assert.Equal(x[0], gathered[1]);
        Assert.Equal(x[3], gathered[2]);
        Assert.Equal(x[3], gathered[3]);
    }

    [Fact]
    public void Shapes_that_do_not_match_are_refused()
    {
        LinearWeights weights = Pack(4, 3, new float[12], []);
        LayerNormWeights norm = new([1, 1, 1, 1], [0, 0, 0, 0], 0);
        Matrix x = Undefined(2, 3), y = Undefined(2, 4), wrong = Undefined(2, 5), tall = Undefined(3, 4);
        Refuse(thread => TensorOps.Linear(thread, wrong, weights, y));
        Refuse(thread => TensorOps.Linear(thread, x, weights, wrong));
        Refuse(thread => TensorOps.Linear(thread, x, weights, tall));
        Refuse(thread => TensorOps.Linear(thread, x, weights, y, 2..5));
        Refuse(thread => TensorOps.LinearActivation(thread, wrong, weights, Activation.Relu, y));
        Refuse(thread => TensorOps.LinearAddNorm(thread, x, weights, wrong, norm, y));
        Refuse(thread => TensorOps.LinearAddNorm(thread, x, weights, tall, norm, y));
        Refuse(thread => TensorOps.LinearAddNorm(thread, x, weights, y, new LayerNormWeights([1], [1], 0), y));
        Refuse(thread => TensorOps.LayerNorm(thread, x, norm, y));
        Refuse(thread => TensorOps.LayerNorm(thread, y, norm, tall));
        Refuse(thread => TensorOps.CopyRows(thread, y, tall));
        Refuse(thread => TensorOps.CopyRows(thread, y, wrong));
        Refuse(thread => TensorOps.GatherRows(thread, y, [0], tall));
        Refuse(thread => TensorOps.GatherRows(thread, y, [0, 1, 2], Undefined(3, 5)));
        Refuse(thread => TensorOps.GatherRows(thread, y, [0, 1, 2], tall));
        Refuse(thread => TensorOps.LinearActivation(thread, x, weights, (Activation)99, y));
    }

    [Theory]
    [InlineData(0, 5, 0, 4)]
    [InlineData(-1, 1, 0, 4)]
    [InlineData(0, -1, 0, 4)]
    [InlineData(0, 4, 0, 5)]
    [InlineData(0, 4, -1, 4)]
    [InlineData(0, 4, 2, 3)]
    [InlineData(0, 4, 0, 0)]
    [InlineData(0, 4, int.MaxValue, 4)]
    public void Attention_outside_of_its_matrices_is_refused(int queryStart, int queryCount, int keyStart, int keyCount)
    {
        AttentionSpan span = new(queryStart, queryCount, keyStart, keyCount);
        Refuse(thread => TensorOps.Attention(thread, Undefined(4, 6), Undefined(4, 18), [span], 2, Undefined(4, 6)));
    }

    [Fact]
    public void Attention_of_mismatched_matrices_is_refused()
    {
        AttentionSpan[] spans = [new(0, 4, 0, 4)];
        Refuse(thread => TensorOps.Attention(thread, Undefined(4, 6), Undefined(4, 17), spans, 2, Undefined(4, 6)));
        Refuse(thread => TensorOps.Attention(thread, Undefined(4, 5), Undefined(4, 18), spans, 2, Undefined(4, 6)));
        Refuse(thread => TensorOps.Attention(thread, Undefined(3, 6), Undefined(4, 18), spans, 2, Undefined(4, 6)));
        Refuse(thread => TensorOps.Attention(thread, Undefined(4, 6), Undefined(4, 18), spans, 4, Undefined(4, 6)));
        Refuse(thread => TensorOps.Attention(thread, Undefined(4, 6), Undefined(4, 18), spans, 0, Undefined(4, 6)));
    }

    private static void Refuse(Action<TeamThread> program) => Assert.ThrowsAny<ArgumentException>(() => Team.Run(1, program));

    /// <summary>A small layer, at sizes where every step has several tiles for each thread and uneven rests.</summary>
    private static float[] Everything(int threads)
    {
        const int Hidden = 3 * 26, Inner = 201;
        int[] lengths = [33, 1, 120, 61];
        Random random = new(7);
        int tokens = lengths.Sum();
        Matrix x = RandomMatrix(random, tokens, Hidden), qkv = Undefined(tokens, 3 * Hidden), context = Undefined(tokens, Hidden);
        Matrix attended = Undefined(tokens, Hidden), inner = Undefined(tokens, Inner), y = Undefined(tokens, Hidden);
        Matrix copy = Undefined(tokens, Hidden), gathered = Undefined(3, Hidden);
        LinearWeights queryKeyValue = Pack(3 * Hidden, Hidden, random.Reals(3 * Hidden * Hidden), random.Reals(3 * Hidden));
        LinearWeights up = Pack(Inner, Hidden, random.Reals(Inner * Hidden), random.Reals(Inner));
        LinearWeights down = Pack(Hidden, Inner, random.Reals(Inner * Hidden), random.Reals(Hidden));
        LayerNormWeights norm = new(random.Reals(Hidden), random.Reals(Hidden), 1e-12f);
        Team.Run(threads, thread =>
        {
            TensorOps.Linear(thread, x, queryKeyValue, qkv);
            TensorOps.Attention(thread, qkv, qkv, Spans(lengths), 3, context);
            TensorOps.LayerNorm(thread, context, norm, attended);
            TensorOps.LinearActivation(thread, attended, up, Activation.GeluTanh, inner);
            TensorOps.LinearAddNorm(thread, inner, down, attended, norm, y);
            TensorOps.CopyRows(thread, y, copy);
            TensorOps.GatherRows(thread, copy, [0, 33, tokens - 1], gathered);
        });
        List<float> values = [];
        foreach (Matrix matrix in (Matrix[])[qkv, context, attended, inner, y, copy, gathered])
        {
            for (int row = 0; row < matrix.Rows; row++)
                values.AddRange(matrix[row]);
        }
        return [.. values];
    }

    private static void AssertAttended(Matrix qkv, Matrix output, int heads)
    {
        int hidden = output.Columns, size = hidden / heads;
        for (int head = 0; head < heads; head++)
        {
            int query = head * size, key = hidden + query, value = hidden + key;
            for (int row = 0; row < qkv.Rows; row += 7)
            {
                double[] exact = Oracle.Attend(
                    d => qkv[row][query + d], (k, d) => qkv[k][key + d], (k, d) => qkv[k][value + d], qkv.Rows, size);
                for (int d = 0; d < size; d++)
                    Assert.Equal(exact[d], output[row][query + d], 4e-6);
            }
        }
    }

    private static AttentionSpan[] Spans(int[] lengths)
    {
        AttentionSpan[] spans = new AttentionSpan[lengths.Length];
        int start = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            spans[i] = new AttentionSpan(start, lengths[i], start, lengths[i]);
            start += lengths[i];
        }
        return spans;
    }

    private static LinearWeights Pack(int outputs, int inputs, float[] weight, float[] bias)
    {
        LinearWeights packed = LinearWeights.Create(outputs, inputs);
        packed.SetRows(0, weight, bias);
        return packed;
    }

    private static Matrix RandomMatrix(Random random, int rows, int columns)
    {
        Matrix matrix = Undefined(rows, columns);
        for (int row = 0; row < rows; row++)
            random.Reals(columns).CopyTo(matrix[row]);
        return matrix;
    }

    /// <summary>A matrix of NaNs, the floats between its rows too.</summary>
    private static unsafe Matrix Undefined(int rows, int columns)
    {
        Matrix matrix = new MatrixBuffer().Shape(rows, columns);
        new Span<float>(matrix.Data, rows * matrix.Stride).Fill(float.NaN);
        return matrix;
    }
}
