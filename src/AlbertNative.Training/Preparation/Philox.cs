namespace AlbertNative.Training;

/// <summary>Random numbers by counter for one purpose: <see cref="Philox4x32"/>.</summary>
internal readonly struct Philox(uint seed, RandomPurpose purpose)
{
    /// <summary>Four times 32 bits.</summary>
    /// <param name="a">The first word of the counter.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    public (uint X, uint Y, uint Z, uint W) Bits(uint a, uint b, uint c, uint d) => Philox4x32.Bits(seed, (uint)purpose, a, b, c, d);

    /// <summary>A sequence of numbers for one example of one epoch.</summary>
    public PhiloxStream Stream(int epoch, int example) => new(this, (uint)epoch, (uint)example);
}
