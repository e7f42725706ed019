using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

/// <summary>8-bit weights through <see cref="TensorOps"/>.</summary>
public sealed class Int8OpsTests
{
    private const int Rows = 45, Inputs = 403, Outputs = 150;

    private readonly Random _random = new(31);
    private readonly float[] _weight;
    private readonly float[] _bias;
    private readonly LinearWeights _packed = LinearWeights.Create(Outputs, Inputs, WeightPrecision.Int8);
    private readonly Matrix _x;

    public Int8OpsTests()
    {
        _weight = _random.Reals(Outputs * Inputs);
        _bias = _random.Reals(Outputs);
        _packed.SetRows(0, _weight, _bias);
        _x = Quantizable(Rows, Inputs);
        for (int row = 0; row < Rows; row++)
            _random.Reals(Inputs).CopyTo(_x[row]);
    }

    [Fact]
    public void Products_are_those_of_the_rounded_operands()
    {
        Matrix y = Undefined(Rows, Outputs);
        Team.Run(2, thread => TensorOps.LinearActivation(thread, _x, _packed, Activation.Relu, y));
        sbyte[] codes = new sbyte[Inputs];
        for (int output = 0; output < Outputs; output++)
        {
            double scale = Int8Rounding.Round(_weight.AsSpan(output * Inputs, Inputs), codes);
            for (int row = 0; row < Rows; row++)
            {
                float[] x = [.. _x[row]];
                double least = x.Min(), step = (x.Max() - least) / 255, rounded = _bias[output], exact = _bias[output];
                for (int k = 0; k < Inputs; k++)
                {
                    rounded += scale * codes[k] * (least + (step * Math.Round((x[k] - least) / step)));
                    exact += (double)x[k] * _weight[(output * Inputs) + k];
                }
                // A value half-way between two codes may fall to either side: a step of one weight.
                Assert.Equal(Math.Max(0, rounded), y[row][output], (1.5 * step) + 1e-5);
                Assert.Equal(Math.Max(0, exact), y[row][output], 0.3);
            }
        }
    }

    [Fact]
    public void Rows_have_the_same_bits_alone_in_any_batch_and_on_any_number_of_threads()
    {
        Matrix residual = Undefined(Rows, Outputs), all = Undefined(Rows, Outputs), some = Undefined(Rows, Outputs);
        for (int row = 0; row < Rows; row++)
            _random.Reals(Outputs).CopyTo(residual[row]);
        LayerNormWeights norm = new(_random.Reals(Outputs), _random.Reals(Outputs), 1e-12f);
        Team.Run(1, thread => TensorOps.LinearAddNorm(thread, _x, _packed, residual, norm, all));
        foreach ((int first, int count) in new[] { (0, Rows), (0, 1), (44, 1), (3, 8), (20, 13) })
        {
            for (int threads = 1; threads <= 3; threads++)
            {
                Team.Run(threads, thread => TensorOps.LinearAddNorm(
                    thread, _x.Slice(first, count), _packed, residual.Slice(first, count), norm, some.Slice(0, count)));
                for (int row = 0; row < count; row++)
                    Assert.Equal(all[first + row], some[row]);
            }
        }
    }

    [Fact]
    public void A_range_of_outputs_has_the_bits_of_all()
    {
        Matrix all = Undefined(Rows, Outputs);
        Team.Run(1, thread => TensorOps.Linear(thread, _x, _packed, all));
        foreach (Range range in new[] { 0..1, 50..100, 100.., ..50, 149..150 })
        {
            Matrix part = Undefined(Rows, Outputs);
            Team.Run(2, thread => TensorOps.Linear(thread, _x, _packed, part, range));
            for (int row = 0; row < Rows; row++)
                Assert.Equal(all[row][range], part[row][range]);
        }
    }

    [Fact]
    public void A_product_that_a_residual_is_added_to_rounds_its_input_too()
    {
        Matrix sum = Undefined(Rows, Outputs), product = Undefined(Rows, Outputs), residual = Undefined(Rows, Outputs);
        for (int row = 0; row < Rows; row++)
            _random.Reals(Outputs).CopyTo(residual[row]);
        Team.Run(2, thread => GradientOps.LinearAdd(thread, _x, _packed, residual, sum));
        Team.Run(2, thread => TensorOps.Linear(thread, _x, _packed, product));
        for (int row = 0; row < Rows; row++)
        {
            for (int output = 0; output < Outputs; output++)
                Assert.Equal(product[row][output] + residual[row][output], sum[row][output]);
        }
        Assert.Throws<ArgumentException>(() => Team.Run(1, thread =>
            GradientOps.LinearAdd(thread, Undefined(Rows, Inputs), _packed, residual, sum)));
    }

    [Fact]
    public void A_NaN_stays_in_its_row()
    {
        Matrix y = Undefined(Rows, Outputs);
        _x[7][400] = float.NaN;
        Team.Run(1, thread => TensorOps.Linear(thread, _x, _packed, y));
        for (int row = 0; row < Rows; row++)
        {
            foreach (float value in y[row])
                Assert.Equal(row == 7, float.IsNaN(value));
        }
    }

    [Fact]
    public void Codes_that_were_rounded_before_give_the_same()
    {
        Int8Weights again = new(Outputs, Inputs);
        sbyte[] codes = new sbyte[Outputs * Inputs];
        float[] scales = new float[Outputs];
        for (int output = 0; output < Outputs; output++)
            scales[output] = Int8Rounding.Round(_weight.AsSpan(output * Inputs, Inputs), codes.AsSpan(output * Inputs, Inputs));
        again.SetCodes(0, codes, scales, _bias);
        Matrix expected = Undefined(Rows, Outputs), found = Undefined(Rows, Outputs);
        Team.Run(1, thread =>
        {
            TensorOps.Linear(thread, _x, _packed, expected);
            TensorOps.Linear(thread, _x, again, found);
        });
        for (int row = 0; row < Rows; row++)
            Assert.Equal(expected[row], found[row]);
    }

    [Fact]
    public void What_has_no_8_bit_form_is_refused()
    {
        Assert.Equal(WeightPrecision.Int8, _packed.Precision);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => LinearWeights.Create(1, IntegerWeights.MaxInputs + 1, WeightPrecision.Int8));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinearWeights.Create(1, 1, (WeightPrecision)9));
        Assert.Throws<ArgumentException>(() => _packed.SetRows(0, new float[Inputs - 1], []));
        Int8Weights weights = new(2, 3);
        Assert.Throws<ArgumentException>(() => weights.SetCodes(0, new sbyte[4], [1], []));
        Assert.Throws<ArgumentException>(() => weights.SetCodes(0, new sbyte[6], [1], []));
        Assert.Throws<ArgumentException>(() => weights.SetCodes(0, new sbyte[6], [1, 1], [1]));
        Assert.Throws<ArgumentException>(() => weights.SetCodes(1, new sbyte[6], [1, 1], []));
        Assert.Contains("Int8", Assert.Throws<ArgumentException>(() => Team.Run(1, thread =>
            TensorOps.Linear(thread, Undefined(2, Inputs), _packed, Undefined(2, Outputs)))).Message);
    }

    private static Matrix Quantizable(int rows, int columns) => new MatrixBuffer(quantizable: true).Shape(rows, columns);

    private static Matrix Undefined(int rows, int columns) => new MatrixBuffer().Shape(rows, columns);
}
