using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class ActivationTests
{
    /// <summary>A unit in the last place of 1.</summary>
    private const double Ulp = 1.0 / (1 << 23);

    public static TheoryData<int, Activation> All()
    {
        TheoryData<int, Activation> data = [];
        foreach (int bits in new[] { 128, 256, 512 })
        {
            foreach (Activation activation in Enum.GetValues<Activation>())
                data.Add(bits, activation);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Activations_are_within_a_few_units_in_the_last_place(int bits, Activation activation)
    {
        VectorFunctions functions = VectorWidths.RequireFunctions(bits);
        float[] x = [.. DenseRange(-14, 14, 1.0 / 256), .. EveryBinade(-140, 6)];
        float[] y = functions.Activate(activation, x);
        double worst = 0;
        float at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Oracle.Activate(activation, x[i]);
            // Tails fall below x by orders of magnitude; there an error far below x's own precision is as good as none.
            double scale = Math.Max(Math.Abs(exact), 1e-3 * Math.Min(1, Math.Abs(x[i])));
            double error = Math.Max(0, Math.Abs(y[i] - exact) - float.Epsilon) / scale;
            if (!(error <= worst))
                (worst, at) = (error, x[i]);
        }
        TestContext.Current.SendDiagnosticMessage($"{activation}, {bits} bits: {worst / Ulp:F2} ulp at {at:R}");
        Assert.True(worst <= 5 * Ulp, $"{worst / Ulp:F2} ulp at {at:R}");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Far_tails_vanish_or_grow_as_they_should(int bits, Activation activation)
    {
        VectorFunctions functions = VectorWidths.RequireFunctions(bits);
        float[] x = [20, 100, 1e4f, 1e10f, 1e18f, -20, -100, -1e4f, -1e10f, -1e18f, 0f, float.Epsilon, -float.Epsilon];
        float[] y = functions.Activate(activation, x);
        for (int i = 0; i < x.Length; i++)
            Assert.Equal(Oracle.Activate(activation, x[i]), y[i], 1e-7 + (Ulp * Math.Abs(Oracle.Activate(activation, x[i]))));
        float infinite = functions.Activate(activation, [float.PositiveInfinity])[0];
        Assert.Equal(activation == Activation.Tanh ? 1 : float.PositiveInfinity, infinite);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void NaN_is_not_hidden(int bits, Activation activation) =>
        Assert.Equal(float.NaN, VectorWidths.RequireFunctions(bits).Activate(activation, [float.NaN])[0]);

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void The_exponential_is_within_two_units_in_the_last_place(int bits)
    {
        VectorFunctions functions = VectorWidths.RequireFunctions(bits);
        float[] x = [.. DenseRange(-87, 88, 1.0 / 128), .. EveryBinade(-60, 5)];
        float[] y = functions.Exp(x);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Math.Exp(x[i]);
            Assert.True(Math.Abs(y[i] - exact) <= 2 * Ulp * exact, $"exp({x[i]:R}) is {y[i]:R} instead of {exact:R}");
        }
        float[] clamped = functions.Exp([-88, -1e30f, float.NegativeInfinity, 89, float.PositiveInfinity, float.NaN]);
        Assert.All(clamped[..3], tiny => Assert.InRange(tiny, 0, 2e-38f));
        Assert.All(clamped[3..5], huge => Assert.InRange(huge, 1e38f, float.MaxValue));
        Assert.Equal(float.NaN, clamped[5]);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Powers_of_two_are_within_two_units_in_the_last_place(int bits)
    {
        VectorFunctions functions = VectorWidths.RequireFunctions(bits);
        float[] x = [.. DenseRange(-126, 127, 1.0 / 128), .. EveryBinade(-60, 5)];
        float[] y = functions.Exp2(x);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Math.Pow(2, x[i]);
            Assert.True(Math.Abs(y[i] - exact) <= 2 * Ulp * exact, $"2^{x[i]:R} is {y[i]:R} instead of {exact:R}");
        }
        float[] clamped = functions.Exp2([-127, -1e30f, float.NegativeInfinity, float.NaN]);
        Assert.All(clamped[..3], tiny => Assert.Equal(MathF.ScaleB(1, -126), tiny));
        Assert.Equal(float.NaN, clamped[3]);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Coarse_powers_of_two_keep_17_bits(int bits)
    {
        VectorFunctions functions = VectorWidths.RequireFunctions(bits);
        float[] x = [.. DenseRange(-126, 127, 1.0 / 128), .. EveryBinade(-60, 5)];
        float[] y = functions.Exp2Coarse(x);
        for (int i = 0; i < x.Length; i++)
        {
            double exact = Math.Pow(2, x[i]);
            Assert.True(Math.Abs(y[i] - exact) <= 8e-6 * exact, $"2^{x[i]:R} is {y[i]:R} instead of {exact:R}");
        }
        Assert.Equal(1, functions.Exp2Coarse([0])[0]);
        Assert.All(functions.Exp2Coarse([-127, float.NegativeInfinity]), tiny => Assert.Equal(MathF.ScaleB(1, -126), tiny));
        Assert.Equal(float.NaN, functions.Exp2Coarse([float.NaN])[0]);
    }

    private static IEnumerable<float> DenseRange(double from, double to, double step)
    {
        for (double x = from; x <= to; x += step)
            yield return (float)x;
    }

    /// <summary>Some numbers of either sign between each two powers of two.</summary>
    private static IEnumerable<float> EveryBinade(int lowest, int highest)
    {
        Random random = new(1);
        for (int exponent = lowest; exponent <= highest; exponent++)
        {
            for (int i = 0; i < 20; i++)
                yield return MathF.ScaleB(1 + random.NextSingle(), exponent) * (i % 2 == 0 ? 1 : -1);
        }
    }
}
