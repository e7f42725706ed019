using System.Text;

namespace AlbertNative.Checkpoints;

/// <summary>
/// The key under which a part of a partitioned variable lies: the name, the rank, and start and length of each dimension,
/// in TensorFlow's ordered code (tensorflow/core/lib/strings/ordered_code.cc), whose bytes sort as the numbers do.
/// </summary>
internal static class SliceKey
{
    /// <summary>The byte that such keys, and no others, begin with.</summary>
    public const byte First = 0;

    /// <summary>The key, each byte a character.</summary>
    public static string Of(string name, BundleSlice slice)
    {
        StringBuilder key = new();
        key.Append((char)First);
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            key.Append((char)b);
            if (b is 0)
                key.Append('\xFF');
            else if (b is 0xFF)
                key.Append('\0');
        }
        key.Append("\0\x1").Append('\x1').Append((char)slice.Starts.Length);
        for (int i = 0; i < slice.Starts.Length; i++)
        {
            Append(key, slice.Starts[i]);
            Append(key, slice.Lengths[i]);
        }
        return key.ToString();
    }

    /// <summary>
    /// A number of n bytes begins with n ones and then, for natural numbers, a one less than that many bits: 6 bits in one
    /// byte, 13 in two, 20 in three. Negative ones are the complement.
    /// </summary>
    private static void Append(StringBuilder key, long value)
    {
        ulong magnitude = (ulong)(value < 0 ? ~value : value);
        int length = 1;
        while (length < 10 && magnitude >> ((7 * length) - 1) != 0)
            length++;
        UInt128 bits = (((UInt128.One << length) - 1) << (7 * length)) | magnitude;
        if (value < 0)
            bits = ~bits;
        for (int i = length - 1; i >= 0; i--)
            key.Append((char)(byte)(bits >> (8 * i)));
    }
}
