namespace AlbertNative.Training;

/// <summary>
/// The MT19937 generator of Matsumoto and Nishimura, seeded as PyTorch's CPU generator is, so that orders drawn from it
/// are PyTorch's.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Shift = 397;
    private const uint UpperBit = 0x8000_0000;
    private const uint Matrix = 0x9908_B0DF;

    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    /// <summary>Begins the sequence of <paramref name="seed"/>, of which, as in PyTorch, the low 32 bits count.</summary>
    public MersenneTwister(ulong seed)
    {
        _state[0] = (uint)seed;
        for (int i = 1; i < Length; i++)
            _state[i] = 1_812_433_253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + (uint)i;
    }

    /// <summary>The next 32 bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Length)
            Advance();
        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        return y ^ (y >> 18);
    }

    private void Advance()
    {
        for (int i = 0; i < Length; i++)
        {
            uint joined = (_state[i] & UpperBit) | (_state[(i + 1) % Length] & ~UpperBit);
            _state[i] = _state[(i + Shift) % Length] ^ (joined >> 1) ^ ((joined & 1) == 0 ? 0 : Matrix);
        }
        _next = 0;
    }
}
