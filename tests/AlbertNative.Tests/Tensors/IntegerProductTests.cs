using AlbertNative.Tensors;

namespace AlbertNative.Tests.Tensors;

public sealed class IntegerProductTests
{
    public static TheoryData<WeightPrecision, string> All => IntegerSets.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Sums_are_exact_at_every_small_shape(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        int[] outputs = [1, kernels.PanelWidth - 1, kernels.PanelWidth, kernels.PanelWidth + 1, (2 * kernels.PanelWidth) + 3];
        int seed = 0;
        for (int rows = 1; rows <= 26; rows++)
        {
            for (int depth = 1; depth <= 65; depth += 1 + (rows % 3))
                AssertExpected(new IntegerCase(kernels, rows, depth, outputs[++seed % outputs.Length], seed));
        }
        AssertExpected(new IntegerCase(kernels, 31, 768, kernels.PanelWidth, 1));
        AssertExpected(new IntegerCase(kernels, 8, 3073, kernels.PanelWidth + 1, 2));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_largest_codes_saturate_nowhere(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        AssertExpected(new IntegerCase(kernels, 7, 300, kernels.PanelWidth, 3, extreme: true));
        AssertExpected(new IntegerCase(kernels, 1, IntegerWeights.MaxInputs, 1, 4, extreme: true));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_epilogue_follows_in_its_order(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            IntegerCase product = new(kernels, 15, 36, kernels.PanelWidth + 3, 7);
            AssertExpected(product, activation);
            AssertExpected(product, activation, addResidual: true);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Parts_have_the_bits_of_the_whole(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        IntegerCase product = new(kernels, 27, 130, (4 * kernels.PanelWidth) - 1, 5);
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

    [Theory]
    [MemberData(nameof(All))]
    public void Kernels_pass_their_check_and_wrong_ones_do_not(WeightPrecision precision, string set)
    {
        IntegerKernels kernels = IntegerSets.Require(precision, set);
        for (int rows = 1; rows <= 12; rows++)
        {
            Assert.True(KernelCheck.Passes(kernels, rows));
            Assert.False(KernelCheck.Passes(new OneSumOff(kernels), rows));
        }
    }

    /// <summary>Kernels whose last sum of the last row is wrong, as a miscompiled tile's upper lanes are.</summary>
    private sealed unsafe class OneSumOff(IntegerKernels kernels) : IntegerKernels
    {
        public override int PanelWidth => kernels.PanelWidth;

        public override int Group => kernels.Group;

        public override int WeightBytes => kernels.WeightBytes;

        public override int TileRows => kernels.TileRows;

        public override int ChainOperations => kernels.ChainOperations;

        public override float RunChains(int iterations) => kernels.RunChains(iterations);

        public override void Linear(in LinearTask task, int firstRow, int rows, int firstPanel, int panels) =>
            kernels.Linear(in task, firstRow, rows, firstPanel, panels);

        public override void Tile(int rows, byte* codes, nint stride, byte* panel, nint steps, int* sums, nint sumStride)
        {
            kernels.Tile(rows, codes, stride, panel, steps, sums, sumStride);
            sums[((rows - 1) * sumStride) + PanelWidth - 1]++;
        }
    }

    private static void AssertExpected(IntegerCase product, Activation activation = Activation.None, bool addResidual = false)
    {
        GuardedMatrix y = product.Run(activation, addResidual);
        for (int row = 0; row < product.Rows; row++)
        {
            for (int output = 0; output < product.Outputs; output++)
            {
                double expected = product.Expected(row, output, activation, addResidual);
                // Three roundings of terms that may cancel, and the activation's own.
                if (!(Math.Abs(y[row, output] - expected) <= 2e-6 * (Math.Abs(expected) + product.Depth)))
                {
                    Assert.Fail($"{product.Rows} rows, depth {product.Depth}, {product.Outputs} outputs, {activation}: row {row}, "
                        + $"output {output} is {y[row, output]:R} instead of {expected:R}");
                }
            }
        }
    }
}
