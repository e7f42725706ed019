namespace AlbertNative.Tensors;

/// <summary>
/// A small product by a kernel and by a plain loop. Compilers have got the instructions of such kernels wrong: what the
/// processor claims to have is used once it has been seen to work.
/// </summary>
internal static unsafe class KernelCheck
{
    /// <summary>Rows for tiles of every height: 12 + 8 + 6 + 4 + 2 + 1 at most.</summary>
    private static ReadOnlySpan<int> Heights => [12, 8, 6, 4, 2, 1];

    private const int Steps = 5;

    /// <summary>Whether every tile's sums are those of the plain loop.</summary>
    public static bool Passes(IntegerKernels kernels)
    {
        const int MostRows = 12;
        int width = kernels.PanelWidth, depth = Steps * kernels.Group;
        byte[] codes = new byte[MostRows * Steps * 4];
        byte[] panel = new byte[width * depth * kernels.WeightBytes];
        int[] sums = new int[MostRows * width];
        uint state = 1;
        foreach (byte[] bytes in (byte[][])[codes, panel])
        {
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)((state = (state * 1664525) + 1013904223) >> 24);
        }
        // Rows of 16-bit codes hold at most 15 bits in use here, so that no sum leaves 32 bits.
        if (kernels.CodeBytes == 2)
        {
            for (int i = 1; i < codes.Length; i += 2)
                codes[i] &= 0x3F;
        }
        fixed (byte* a = codes, b = panel)
        fixed (int* c = sums)
        {
            foreach (int rows in Heights)
            {
                Array.Clear(sums);
                kernels.Tile(rows, a, Steps * 4, b, Steps, c, width);
                if (!AreRight(kernels, rows, a, b, c))
                    return false;
            }
        }
        return true;
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
