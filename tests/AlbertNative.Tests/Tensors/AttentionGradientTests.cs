using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>The gradients of attention, with and without dropout, against the formula in double precision.</summary>
public sealed class AttentionGradientTests
{
    [Theory]
    [InlineData(1, 8, 2)]
    [InlineData(5, 12, 3)]
    [InlineData(49, 36, 2)]
    [InlineData(131, 64, 1)]
    [InlineData(33, 96, 12)]
    public void Gradients_are_those_of_the_formula(int tokens, int hidden, int heads)
    {
        foreach (bool drops in new[] { false, true })
        {
            Case data = new(tokens, hidden, heads, drops ? new EveryThird() : null);
            data.Run(1);
            data.AssertGradients();
        }
    }

    [Fact]
    public void Threads_and_dropout_of_nothing_change_no_bit()
    {
        Case one = new(57, 48, 4, new EveryThird()), plain = new(57, 48, 4, null), none = new(57, 48, 4, new EveryThird { Everything = true });
        one.Run(1);
        foreach (int threads in new[] { 2, 3, 7 })
        {
            Case other = new(57, 48, 4, new EveryThird());
            other.Run(threads);
            Assert.Equal(one.Results(), other.Results());
        }
        plain.Run(1);
        none.Run(2);
        Assert.Equal(plain.Results(), none.Results());
    }

    /// <summary>Two sequences; of the second only some queries ask.</summary>
    private sealed class Case
    {
        private readonly Matrix _query, _keyValue, _output, _dOutput, _dQuery, _dKeyValue;
        private readonly AttentionSpan[] _spans;
        private readonly int[] _queryRows;
        private readonly int _heads;
        private readonly DropoutMasks? _masks;

        public Case(int tokens, int hidden, int heads, DropoutMasks? masks)
        {
            Random random = new(tokens);
            int second = Math.Max(1, tokens / 2), asked = (second + 1) / 2;
            _heads = heads;
            _masks = masks;
            _spans = [new(0, tokens, 0, tokens), new(tokens, asked, tokens, second)];
            _queryRows = [.. Enumerable.Range(0, tokens), .. Enumerable.Range(0, asked).Select(i => second - asked + i)];
            _query = Fill(new MatrixBuffer().Shape(tokens + asked, 3 * hidden), random);
            _keyValue = Fill(new MatrixBuffer().Shape(tokens + second, 3 * hidden), random);
            _output = new MatrixBuffer().Shape(tokens + asked, hidden);
            _dOutput = Fill(new MatrixBuffer().Shape(tokens + asked, hidden), random);
            _dQuery = new MatrixBuffer().Shape(tokens + asked, 3 * hidden);
            _dKeyValue = new MatrixBuffer().Shape(tokens + second, 3 * hidden);
        }

        public void Run(int threads) => Team.Run(threads, thread =>
        {
            AttentionPass pass = new()
            {
                Query = _query,
                KeyValue = _keyValue,
                Spans = _spans,
                Heads = _heads,
                Output = _output,
                Masks = _masks,
                Layer = 3,
                QueryRows = _queryRows,
            };
            GradientOps.Attention(thread, in pass);
            GradientOps.AttentionGradient(thread, in pass, _dOutput, _dQuery, _dKeyValue);
        });

        public float[] Results()
        {
            int hidden = _output.Columns;
            List<float> all = [];
            for (int row = 0; row < _output.Rows; row++)
                all.AddRange([.. _output[row], .. _dQuery[row][..hidden]]);
            for (int row = 0; row < _dKeyValue.Rows; row++)
                all.AddRange(_dKeyValue[row][hidden..]);
            return [.. all];
        }

        public void AssertGradients()
        {
            int hidden = _output.Columns, size = hidden / _heads;
            for (int sequence = 0; sequence < _spans.Length; sequence++)
            {
                AttentionSpan span = _spans[sequence];
                for (int head = 0; head < _heads; head++)
                {
                    int column = head * size, number = sequence, at = head;
                    double[,] q = Part(_query, span.QueryStart, span.QueryCount, column, size);
                    (double[,] dq, double[,] dk, double[,] dv) = GradientOracle.Attention(
                        q, Part(_keyValue, span.KeyStart, span.KeyCount, hidden + column, size),
                        Part(_keyValue, span.KeyStart, span.KeyCount, (2 * hidden) + column, size),
                        Part(_dOutput, span.QueryStart, span.QueryCount, column, size),
                        (i, j) => Factor(new(DropoutPlace.Attention, 3, number, at, _queryRows[span.QueryStart + i]), j));
                    AssertClose(dq, Part(_dQuery, span.QueryStart, span.QueryCount, column, size));
                    AssertClose(dk, Part(_dKeyValue, span.KeyStart, span.KeyCount, hidden + column, size));
                    AssertClose(dv, Part(_dKeyValue, span.KeyStart, span.KeyCount, (2 * hidden) + column, size));
                }
            }
        }

        private double Factor(DropoutRow row, int key)
        {
            float[] factors = new float[key + 1];
            _masks?.Fill(row, factors);
            return _masks is null ? 1 : factors[key];
        }

        private static void AssertClose(double[,] wanted, double[,] found)
        {
            for (int i = 0; i < wanted.GetLength(0); i++)
            {
                for (int j = 0; j < wanted.GetLength(1); j++)
                    Assert.Equal(wanted[i, j], found[i, j], 3e-6);
            }
        }

        private static double[,] Part(Matrix matrix, int firstRow, int rows, int firstColumn, int columns)
        {
            double[,] part = new double[rows, columns];
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                    part[row, column] = matrix[firstRow + row][firstColumn + column];
            }
            return part;
        }

        private static Matrix Fill(Matrix matrix, Random random)
        {
            for (int row = 0; row < matrix.Rows; row++)
            {
                foreach (ref float value in matrix[row])
                    value = random.NextReal();
            }
            return matrix;
        }
    }

    private sealed class EveryThird : DropoutMasks
    {
        public bool Everything { get; init; }

        public override bool Applies(DropoutPlace place) => true;

        public override void Fill(in DropoutRow row, Span<float> factors)
        {
            for (int i = 0; i < factors.Length; i++)
                factors[i] = Everything ? 1 : ((i + row.Row + row.Head + row.Sequence + row.Layer) % 3 == 0 ? 0 : 1.5f);
        }
    }
}
