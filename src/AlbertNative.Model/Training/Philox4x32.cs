namespace AlbertNative;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11): random numbers as a function of
/// a key and a counter. Nothing is carried from one draw to the next, so none depends on threads, batches or a restart.
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint FirstMultiplier = 0xD251_1F53;
    private const uint SecondMultiplier = 0xCD9E_8D57;
    private const uint FirstWeyl = 0x9E37_79B9;
    private const uint SecondWeyl = 0xBB67_AE85;

    /// <summary>Four times 32 bits.</summary>
    /// <param name="first">The first word of the key.</param>
    /// <param name="second">The second.</param>
    /// <param name="a">The first word of the counter.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    public static (uint X, uint Y, uint Z, uint W) Bits(uint first, uint second, uint a, uint b, uint c, uint d)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong left = (ulong)FirstMultiplier * a, right = (ulong)SecondMultiplier * c;
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ first, (uint)right, (uint)(left >> 32) ^ d ^ second, (uint)left);
            first += FirstWeyl;
            second += SecondWeyl;
        }
        return (a, b, c, d);
    }
}
