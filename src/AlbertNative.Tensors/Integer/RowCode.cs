namespace AlbertNative.Tensors;

/// <summary>
/// A row as whole numbers: x ≈ minimum + scale · code. It begins with these two numbers; the codes follow, each a byte
/// or, for kernels that multiply 16-bit numbers, two.
/// </summary>
internal unsafe struct RowCode
{
    public float Scale;
    public float Minimum;

    /// <summary>The floats that a row with codes of 16 bits takes, in whole cache lines.</summary>
    public static int FloatsFor(int columns) =>
        (checked(sizeof(RowCode) + (PaddedCodes(columns) * sizeof(short))) + 63) / 64 * PinnedFloats.LineFloats;

    /// <summary>The codes of a row, the last ones meaningless: kernels take up to four at a time.</summary>
    public static int PaddedCodes(int columns) => (columns + 3) & ~3;

    public static byte* Codes(RowCode* row) => (byte*)(row + 1);
}
