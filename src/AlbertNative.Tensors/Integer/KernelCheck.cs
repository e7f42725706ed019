namespace AlbertNative.Tensors;

/// <summary>
/// A small product by a kernel and by a plain loop. Compilers have got the instructions of such kernels wrong: what the
/// processor claims to have is used once it has been seen to work.
/// </summary>
internal static unsafe class KernelCheck
{
    private const int Steps = 5;

    /// <summary>Whether the sums of some rows by one panel are those of the plain loop.</summary>
    public static bool Passes(IntegerKernels kernels, int rows)
    {
        int width = kernels.PanelWidth;
        byte[] codes = new byte[rows * Steps * 4];
        byte[] panel = new byte[width * Steps * kernels.Group * kernels.WeightBytes];
        int[] sums = new int[rows * width];
        uint state = 1;
        foreach (byte[] bytes in (byte[][])[codes, panel])
        {
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)((state = (state * 1664525) + 1013904223) >> 24);
        }
        // 16-bit codes are small enough that no sum leaves 32 bits.
        for (int i = 1; i < codes.Length && kernels.CodeBytes == 2; i += 2)
            codes[i] &= 0x1F;
        fixed (byte* a = codes, b = panel)
        fixed (int* c = sums)
        {
            kernels.Tile(rows, a, Steps * 4, b, Steps, c, width);
            return AreRight(kernels, rows, a, b, c);
        }
    }

    private static bool AreRight(IntegerKernels kernels, int rows, byte* codes, byte* panel, int* sums)
    {
        int width = kernels.PanelWidth, group = kernels.Group;
        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < width; output++)
            {
                int sum = 0;
                for (int input = 0; input < Steps * group; input++)
                {
                    int at = (input / group * width * group) + (output * group) + (input % group);
                    int weight = kernels.WeightBytes == 1 ? ((sbyte*)panel)[at] : ((short*)panel)[at];
                    byte* code = codes + (row * Steps * 4) + (input * kernels.CodeBytes);
                    sum += weight * (kernels.CodeBytes == 1 ? *code : *(short*)code);
                }
                if (sums[(row * width) + output] != sum)
                    return false;
            }
        }
        return true;
    }
}
