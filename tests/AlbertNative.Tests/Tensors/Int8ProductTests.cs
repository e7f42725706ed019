using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class Int8ProductTests
{
    public static TheoryData<Int8Instructions> All => [.. Enum.GetValues<Int8Instructions>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Sums_are_exact_at_every_small_shape(Int8Instructions instructions)
    {
        Int8Kernels kernels = instructions.Require();
        int[] outputs = [1, kernels.PanelWidth - 1, kernels.PanelWidth, kernels.PanelWidth + 1, (2 * kernels.PanelWidth) + 3];
        int seed = 0;
        for (int rows = 1; rows <= 20; rows++)
        {
            for (int depth = 1; depth <= 65; depth += 1 + (rows % 3))
                AssertExpected(new Int8Case(kernels, rows, depth, outputs[++seed % outputs.Length], seed));
        }
        AssertExpected(new Int8Case(kernels, 31, 768, kernels.PanelWidth, 1));
        AssertExpected(new Int8Case(kernels, 8, 3073, kernels.PanelWidth + 1, 2));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_largest_codes_saturate_nowhere(Int8Instructions instructions)
    {
        Int8Kernels kernels = instructions.Require();
        AssertExpected(new Int8Case(kernels, 7, 300, kernels.PanelWidth, 3, extreme: true));
        AssertExpected(new Int8Case(kernels, 1, Int8Weights.MaxInputs, 1, 4, extreme: true));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Parts_have_the_bits_of_the_whole(Int8Instructions instructions)
    {
        Int8Kernels kernels = instructions.Require();
        Int8Case product = new(kernels, 27, 130, (4 * kernels.PanelWidth) - 1, 5);
        GuardedMatrix whole = product.Run();
        Random random = new(6);
        for (int round = 0; round < 40; round++)
        {
            int firstRow = random.Next(product.Rows), firstPanel = random.Next(product.Panels);
            int rows = random.Next(1, product.Rows - firstRow + 1), panels = random.Next(1, product.Panels - firstPanel + 1);
            GuardedMatrix part = product.Run(firstRow, rows, firstPanel, panels);
            int end = Math.Min(product.Outputs, (firstPanel + panels) * kernels.PanelWidth);
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                for (int output = firstPanel * kernels.PanelWidth; output < end; output++)
                {
                    Assert.Equal(
                        BitConverter.SingleToInt32Bits(whole[row, output]), BitConverter.SingleToInt32Bits(part[row, output]));
                }
            }
        }
    }

    private static void AssertExpected(Int8Case product)
    {
        GuardedMatrix y = product.Run();
        for (int row = 0; row < product.Rows; row++)
        {
            for (int output = 0; output < product.Outputs; output++)
            {
                float expected = product.Expected(row, output);
                // Where the processor has no multiply-add, the factors may be rounded in another order.
                if (!(Math.Abs(y[row, output] - expected) <= 1e-6 * (Math.Abs(expected) + product.Depth)))
                {
                    Assert.Fail($"{product.Rows} rows, depth {product.Depth}, {product.Outputs} outputs: row {row}, "
                        + $"output {output} is {y[row, output]:R} instead of {expected:R}");
                }
            }
        }
    }
}
