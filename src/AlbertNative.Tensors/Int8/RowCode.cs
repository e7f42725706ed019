namespace AlbertNative.Tensors;

/// <summary>
/// The 8-bit form of a row: x ≈ minimum + scale · code, code from 0 to 255. It begins with these two numbers; the codes
/// follow, each a byte or, for kernels that multiply 16-bit numbers, two.
/// </summary>
internal unsafe struct RowCode
{
    public float Scale;
    public float Minimum;

    /// <summary>The floats that the form of a row takes, in whole cache lines.</summary>
    public static int FloatsFor(int columns) =>
        (checked(sizeof(RowCode) + (PaddedCodes(columns) * Int8Kernels.Best.CodeBytes)) + 63) / 64 * PinnedFloats.LineFloats;

    /// <summary>The codes of a row, the last ones meaningless: kernels take up to four at a time.</summary>
    public static int PaddedCodes(int columns) => (columns + 3) & ~3;

    public static byte* Codes(RowCode* row) => (byte*)(row + 1);
}
