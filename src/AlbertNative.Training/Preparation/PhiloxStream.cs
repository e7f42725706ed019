namespace AlbertNative.Training;

/// <summary>Numbers drawn one after the other.</summary>
internal sealed class PhiloxStream(Philox source, uint epoch, uint example)
{
    private readonly uint[] _buffer = new uint[4];
    private uint _block;
    private int _next = 4;

    /// <summary>Uniform in [0, 1), of 32 bits.</summary>
    public double NextDouble() => NextBits() * (1.0 / (1L << 32));

    /// <summary>Uniform in [0, <paramref name="limit"/>), even to 2⁻³² × limit.</summary>
    public int Next(int limit) => (int)(((ulong)NextBits() * (uint)limit) >> 32);

    /// <summary>Puts the list into a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    private uint NextBits()
    {
        if (_next == _buffer.Length)
        {
            (_buffer[0], _buffer[1], _buffer[2], _buffer[3]) = source.Bits(_block++, 0, example, epoch);
            _next = 0;
        }
        return _buffer[_next++];
    }
}
