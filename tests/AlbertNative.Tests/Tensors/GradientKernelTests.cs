using System.Runtime.Intrinsics;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Simd;

namespace AlbertNative.Tests.Tensors;

/// <summary>Every kernel of the backward pass against the formula in double precision, at every vector width.</summary>
public sealed unsafe class GradientKernelTests
{
    public static TheoryData<int> Widths => [128, 256, 512];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Weight_gradients_are_exact_at_every_small_shape(int bits)
    {
        GradientKernels kernels = Require(bits);
        int panel = bits / 16, seed = 0;
        foreach (int depth in new[] { 1, 2, 15, 16, 17, 95, 97, 200 })
        {
            for (int rows = 1; rows <= 27; rows++)
            {
                int columns = 1 + (++seed * 7 % ((4 * panel) + 1));
                AssertWeightGradient(kernels, depth, rows, columns, seed % 2 == 0 ? 96 : 16, seed, panel);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Weight_gradients_are_summed_in_one_order(int bits)
    {
        GradientKernels kernels = Require(bits);
        Random random = new(3);
        const int Depth = 217, Rows = 31, Columns = 77, Block = 96;
        GuardedMatrix a = new GuardedMatrix(Depth, Rows).Fill(random.NextReal), b = Padded(Depth, Columns, bits / 16).Fill(random.NextReal);
        GuardedMatrix g = new GuardedMatrix(Rows, Columns).Fill(random.NextReal);
        float[] before = [.. Enumerable.Range(0, Rows * Columns).Select(i => g[i / Columns, i % Columns])];
        kernels.AddTransposedProduct(a.Data, a.Stride, b.Data, b.Stride, Depth, Block, g.Data, g.Stride, Rows, Columns);
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                float sum = before[(row * Columns) + column];
                for (int first = 0; first < Depth; first += Block)
                {
                    float chain = 0;
                    for (int k = first; k < Math.Min(Depth, first + Block); k++)
                        chain = float.MultiplyAddEstimate(a[k, row], b[k, column], chain);
                    sum += chain;
                }
                Assert.Equal(BitConverter.SingleToInt32Bits(sum), BitConverter.SingleToInt32Bits(g[row, column]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Columns_are_summed_exactly(int bits)
    {
        GradientKernels kernels = Require(bits);
        Random random = new(bits);
        for (int columns = 1; columns <= (4 * bits / 32) + 1; columns++)
        {
            int rows = 1 + (columns * 5 % 61);
            GuardedMatrix x = new GuardedMatrix(rows, columns, columns % 3, columns).Fill(random.NextWhole);
            GuardedMatrix sums = new GuardedMatrix(1, columns, 0, columns + 3).Fill(random.NextWhole);
            float[] expected = [.. Enumerable.Range(0, columns).Select(c => sums[0, c] + Enumerable.Range(0, rows).Sum(r => x[r, c]))];
            kernels.AddColumnSums(x.Data, x.Stride, rows, columns, sums.Data);
            sums.AssertUntouchedOutside(0, 1, 0, columns);
            for (int c = 0; c < columns; c++)
                Assert.Equal(expected[c], sums[0, c]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_gradient_of_LayerNorm_is_that_of_the_formula(int bits)
    {
        GradientKernels kernels = Require(bits);
        Random random = new(bits);
        const int Rows = 19;
        const float Epsilon = 1e-5f;
        RowMoments* moments = stackalloc RowMoments[Rows];
        int[] lengths = [.. Enumerable.Range(1, (4 * bits / 32) + 1), 128, 312, 768, 769];
        foreach (int length in lengths)
        {
            GuardedMatrix x = new GuardedMatrix(Rows, length, 1, length).Fill(() => (3 * random.NextReal()) + 1);
            GuardedMatrix dy = new GuardedMatrix(Rows, length, 2, length + 1).Fill(random.NextReal), dx = new(Rows, length, 0, 5);
            GuardedMatrix weight = new GuardedMatrix(1, length, 0, 3).Fill(random.NextReal);
            GuardedMatrix dWeight = new GuardedMatrix(1, length).Fill(() => 0), dBias = new GuardedMatrix(1, length).Fill(() => 0);
            double[] wantedWeight = new double[length], wantedBias = new double[length];
            for (int row = 0; row < Rows; row++)
            {
                moments[row] = kernels.Moments(x.Matrix.Row(row), length, Epsilon);
                kernels.LayerNormGradient(dy.Matrix.Row(row), x.Matrix.Row(row), weight.Data, length, in moments[row], dx.Matrix.Row(row));
                double[] wanted = GradientOracle.LayerNorm(
                    dy.Matrix[row], x.Matrix[row], weight.Matrix[0], Epsilon, wantedWeight, wantedBias);
                for (int i = 0; i < length; i++)
                    Assert.Equal(wanted[i], dx[row, i], 4e-6 * Math.Max(1, wanted.Max(Math.Abs)));
            }
            dx.AssertUntouchedOutside(0, Rows, 0, length);
            kernels.AddNormSums(dy.Data, dy.Stride, x.Data, x.Stride, moments, Rows, length, dWeight.Data, dBias.Data);
            dWeight.AssertUntouchedOutside(0, 1, 0, length);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(wantedWeight[i], dWeight[0, i], 1e-5);
                Assert.Equal(wantedBias[i], dBias[0, i], 1e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Derivatives_are_those_of_the_activations(int bits)
    {
        GradientKernels kernels = Require(bits);
        float[] points = [.. Enumerable.Range(-1600, 3201).Select(i => i / 64f), -1e4f, 1e4f, -1e18f, 1e18f, 0];
        int padded = (points.Length + 15) / 16 * 16;
        float* u = stackalloc float[padded], d = stackalloc float[padded];
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            new Span<float>(u, padded).Clear();
            points.CopyTo(new Span<float>(u, padded));
            new Span<float>(d, padded).Fill(1);
            kernels.MultiplyByDerivative(activation, u, points.Length, d);
            for (int i = 0; i < points.Length; i++)
            {
                double wanted = GradientOracle.Derivative(activation, points[i]);
                Assert.True(Math.Abs(wanted - d[i]) <= 6e-7, $"{activation} at {points[i]}: {d[i]:R} instead of {wanted:R}");
            }
            u[0] = float.NaN;
            kernels.MultiplyByDerivative(activation, u, 1, d);
            Assert.True(activation == Activation.None || float.IsNaN(d[0]));
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Cross_entropy_and_its_gradient_are_those_of_the_formula(int bits)
    {
        GradientKernels kernels = Require(bits);
        Random random = new(bits);
        foreach (int classes in new[] { 2, 3, 31, 127, 128, 129, 200, 1000 })
        {
            foreach (double smoothing in new[] { 0, 0.1 })
            {
                GuardedMatrix z = new GuardedMatrix(1, classes, 0, classes).Fill(() => 8 * random.NextReal());
                int label = random.Next(classes);
                (double wantedLoss, double[] wanted) = GradientOracle.CrossEntropy(z.Matrix[0], label, smoothing, 0.25);
                double loss = kernels.CrossEntropy(z.Data, classes, label, smoothing, 0.25);
                z.AssertUntouchedOutside(0, 1, 0, classes);
                Assert.Equal(wantedLoss, loss, 1e-6);
                for (int c = 0; c < classes; c++)
                    Assert.Equal(wanted[c], z[0, c], 1e-7);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void An_AdamW_update_is_that_of_the_formula_for_every_length(int bits)
    {
        GradientKernels kernels = Require(bits);
        Random random = new(bits);
        for (int length = 1; length <= (4 * bits / 32) + 1; length++)
        {
            GuardedMatrix p = new GuardedMatrix(1, length, 0, length).Fill(random.NextReal), g = new GuardedMatrix(1, length).Fill(random.NextReal);
            GuardedMatrix m = new GuardedMatrix(1, length).Fill(random.NextReal);
            GuardedMatrix v = new GuardedMatrix(1, length).Fill(random.NextSingle);
            const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-6, Decay = 0.1, Factor = 0.5;
            const int Update = 7;
            (double P, double M, double V)[] wanted = [.. Enumerable.Range(0, length).Select(i =>
            {
                double gradient = Factor * g[0, i];
                double first = m[0, i] + ((1 - Beta1) * (gradient - m[0, i]));
                double second = (Beta2 * v[0, i]) + ((1 - Beta2) * gradient * gradient);
                double step = Rate / (1 - Math.Pow(Beta1, Update)) * first
                    / ((Math.Sqrt(second) / Math.Sqrt(1 - Math.Pow(Beta2, Update))) + Epsilon);
                return ((p[0, i] * (1 - (Rate * Decay))) - step, first, second);
            })];
            AdamScalars scalars = new(Rate, Beta1, Beta2, Epsilon, Decay, Update, correctBias: true, Factor);
            kernels.Adam(p.Data, g.Data, m.Data, v.Data, length, in scalars);
            foreach (GuardedMatrix matrix in new[] { p, m, v })
                matrix.AssertUntouchedOutside(0, 1, 0, length);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(wanted[i].P, p[0, i], 2e-7);
                Assert.Equal(wanted[i].M, m[0, i], 2e-7);
                Assert.Equal(wanted[i].V, v[0, i], 2e-7);
            }
            Assert.Equal(Enumerable.Range(0, length).Sum(i => (double)g[0, i] * g[0, i]), kernels.SumOfSquares(g.Data, length), 1e-5);
        }
    }

    private static void AssertWeightGradient(GradientKernels kernels, int depth, int rows, int columns, int block, int seed, int panel)
    {
        Random random = new(seed);
        GuardedMatrix a = new GuardedMatrix(depth, rows, seed % 4, seed).Fill(random.NextWhole);
        GuardedMatrix b = Padded(depth, columns, panel).Fill(random.NextWhole);
        GuardedMatrix g = new GuardedMatrix(rows, columns, 0, seed).Fill(() => 3);
        kernels.AddTransposedProduct(a.Data, a.Stride, b.Data, b.Stride, depth, block, g.Data, g.Stride, rows, columns);
        g.AssertUntouchedOutside(0, rows, 0, columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                float exact = 3;
                for (int k = 0; k < depth; k++)
                    exact += a[k, row] * b[k, column];
                Assert.Equal(exact, g[row, column]);
            }
        }
    }

    /// <summary>Rows that are readable to the end of their panel.</summary>
    private static GuardedMatrix Padded(int rows, int columns, int panel) =>
        new(rows, columns, ((columns + panel - 1) / panel * panel) - columns);

    private static GradientKernels Require(int bits)
    {
        VectorWidths.Require(bits);
        return bits switch
        {
            128 => new GradientKernels<Simd128, Vector128<float>>(),
            256 => new GradientKernels<Simd256, Vector256<float>>(),
            _ => new GradientKernels<Simd512, Vector512<float>>(),
        };
    }
}
