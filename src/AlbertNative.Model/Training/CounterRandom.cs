using System.Text;

namespace AlbertNative.Model;

/// <summary>What random numbers are for: each purpose has its own, whatever else is drawn.</summary>
internal enum RandomPurpose
{
    /// <summary>The first values of new parameters.</summary>
    Initialization = 1,

    /// <summary>Dropout masks.</summary>
    Dropout = 2,
}

/// <summary>
/// Random numbers by counter: <see cref="Philox4x32"/>. The n-th number is a function of seed, purpose, stream and n alone,
/// so it can be had again, in any order and on any thread.
/// </summary>
internal readonly struct CounterRandom
{
    private readonly uint _key0, _key1, _stream0, _stream1;

    /// <summary>A stream of numbers.</summary>
    public CounterRandom(long seed, RandomPurpose purpose, ulong stream)
    {
        // The seed fills the key; the purpose is mixed into its upper half, of which seeds in use leave nearly all bits zero.
        _key0 = (uint)seed;
        _key1 = (uint)((ulong)seed >> 32) ^ ((uint)purpose * 0x9E3779B9);
        _stream0 = (uint)stream;
        _stream1 = (uint)(stream >> 32);
    }

    /// <summary>A stream's number by a name (FNV-1a).</summary>
    public static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }

    /// <summary>The four 32-bit numbers of a counter.</summary>
    public (uint A, uint B, uint C, uint D) Block(ulong counter) =>
        Philox4x32.Bits(_key0, _key1, (uint)counter, (uint)(counter >> 32), _stream0, _stream1);

    /// <summary>Numbers from the n-th on, n a multiple of 4.</summary>
    public void FillUniform(ulong n, Span<float> values)
    {
        for (int i = 0; i < values.Length; i += 4)
        {
            (uint a, uint b, uint c, uint d) = Block((n + (ulong)i) / 4);
            values[i] = Unit(a);
            if (i + 1 < values.Length)
                values[i + 1] = Unit(b);
            if (i + 2 < values.Length)
                values[i + 2] = Unit(c);
            if (i + 3 < values.Length)
                values[i + 3] = Unit(d);
        }
    }

    /// <summary>Normal numbers of mean 0, two of a block by Box and Muller's transform in double precision.</summary>
    public void FillNormal(Span<float> values, double deviation)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            (uint a, uint b, uint c, uint d) = Block((ulong)i / 2);
            double u = ((((ulong)a << 21) ^ b) + 1) / (double)(1UL << 53), angle = 2 * Math.PI * ((((ulong)c << 21) ^ d) / (double)(1UL << 53));
            double radius = deviation * Math.Sqrt(-2 * Math.Log(u));
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < values.Length)
                values[i + 1] = (float)(radius * Math.Sin(angle));
        }
    }

    private static float Unit(uint bits) => (bits >> 8) * (1f / (1 << 24));
}
