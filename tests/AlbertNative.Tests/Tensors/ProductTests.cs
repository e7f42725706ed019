using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class ProductTests
{
    /// <summary>Bits in a vector, and whether rows are the outer loop.</summary>
    public static MatrixTheoryData<int, bool> Kinds { get; } = new([128, 256, 512], [false, true]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whole_numbers_give_the_exact_product_at_every_small_shape(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        int seed = 0;
        int[] outputs = [1, kernels.PanelWidth - 1, kernels.PanelWidth, kernels.PanelWidth + 1, (2 * kernels.PanelWidth) + 3];
        for (int rows = 1; rows <= 30; rows++)
        {
            for (int depth = 1; depth <= (2 * kernels.PanelWidth) + 1; depth++)
            {
                seed++;
                AssertExact(new LinearCase(kernels, rows, depth, outputs[seed % outputs.Length], wholeNumbers: true, seed));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whole_numbers_give_the_exact_product_around_the_depth_blocks(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        int seed = 0;
        foreach (int depth in new[] { 128, 191, 192, 193, 385, 767, 768, 769, 1153 })
        {
            foreach (int rows in new[] { 1, 2, 3, 5, 7, 9, 12, 23, 48, 61 })
                AssertExact(new LinearCase(kernels, rows, depth, kernels.PanelWidth + 5, wholeNumbers: true, ++seed));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_element_is_summed_in_the_one_fixed_order(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        (int Depth, int Outputs)[] shapes =
        [
            .. new[] { 1, 7, 16, 17, 127, 128, 191, 192, 193, 769 }.Select(depth => (depth, kernels.PanelWidth + 2)),
            .. new[] { 127, 128, 191, 192, 193, 383, 384, 385, 769, 1536 }.Select(depth => (depth, 193)),
        ];
        foreach ((int depth, int outputs) in shapes)
        {
            LinearCase product = new(kernels, 31, depth, outputs, wholeNumbers: false, depth);
            GuardedMatrix y = product.Run();
            for (int row = 0; row < product.Rows; row++)
            {
                for (int output = 0; output < product.Outputs; output++)
                    AssertSameBits(product.InOrder(row, output), y[row, output], $"depth {depth}, row {row}, output {output}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parts_have_the_bits_of_the_whole(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        LinearCase product = new(kernels, 37, 500, (5 * kernels.PanelWidth) - 3, wholeNumbers: false, 11);
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            GuardedMatrix whole = product.Run(activation, addResidual: true);
            Random random = new(5);
            for (int round = 0; round < 40; round++)
            {
                int firstRow = random.Next(product.Rows), firstPanel = random.Next(product.Panels);
                int rows = random.Next(1, product.Rows - firstRow + 1), panels = random.Next(1, product.Panels - firstPanel + 1);
                GuardedMatrix part = product.Run(firstRow, rows, firstPanel, panels, activation, addResidual: true);
                int end = Math.Min(product.Outputs, (firstPanel + panels) * kernels.PanelWidth);
                for (int row = firstRow; row < firstRow + rows; row++)
                {
                    for (int output = firstPanel * kernels.PanelWidth; output < end; output++)
                        AssertSameBits(whole[row, output], part[row, output], $"{activation}, row {row}, output {output}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bias_activation_and_residual_follow_in_this_order(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        LinearCase product = new(kernels, 13, 24, kernels.PanelWidth + 9, wholeNumbers: false, 3);
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            GuardedMatrix y = product.Run(activation), sum = product.Run(activation, addResidual: true);
            for (int row = 0; row < product.Rows; row++)
            {
                for (int output = 0; output < product.Outputs; output++)
                {
                    Assert.Equal(Oracle.Activate(activation, product.Exact(row, output)), y[row, output], 2e-6);
                    float expected = y[row, output] + product.Residual[row, output];
                    AssertSameBits(expected, sum[row, output], $"{activation} with residual");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_NaN_stays_in_its_row(int bits, bool rowsOuter)
    {
        Kernels kernels = Require(bits, rowsOuter);
        LinearCase product = new(kernels, 25, 40, kernels.PanelWidth, wholeNumbers: true, 2);
        product.X[8, 3] = float.NaN;
        product.X[17, 39] = float.PositiveInfinity;
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            GuardedMatrix y = product.Run(activation);
            for (int row = 0; row < product.Rows; row++)
            {
                for (int output = 0; output < product.Outputs && row != 17; output++)
                    Assert.Equal(row == 8, float.IsNaN(y[row, output]));
            }
        }
    }

    private static Kernels Require(int bits, bool rowsOuter) =>
        VectorWidths.Require(bits, rowsOuter ? TileOrder.RowsOuter : TileOrder.PanelsOuter);

    private static void AssertExact(LinearCase product)
    {
        GuardedMatrix y = product.Run(), sum = product.Run(addResidual: true);
        for (int row = 0; row < product.Rows; row++)
        {
            for (int output = 0; output < product.Outputs; output++)
            {
                double exact = product.Exact(row, output);
                if (y[row, output] != exact || sum[row, output] != exact + product.Residual[row, output])
                {
                    Assert.Fail($"{product.Rows} rows, depth {product.X.Matrix.Columns}, {product.Outputs} outputs: row {row}, "
                        + $"output {output} is {y[row, output]} instead of {exact}, with the residual {sum[row, output]}");
                }
            }
        }
    }

    private static void AssertSameBits(float expected, float found, string where)
    {
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(found))
            Assert.Fail($"{where}: expected {expected:R}, found {found:R}");
    }
}
