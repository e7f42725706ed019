using AlbertNative.Model;

namespace AlbertNative.ParityTests.Training;

/// <summary>The pure function of a name and an index that the goldens' made numbers are, in [-1, 1).</summary>
internal static class SyntheticValue
{
    public static double Of(string name, long index) => At(CounterRandom.Hash(name), index);

    public static double At(ulong key, long index)
    {
        ulong z = unchecked(key + ((ulong)(index + 1) * 0x9E3779B97F4A7C15));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        z ^= z >> 31;
        return (2 * ((z >> 40) / (double)(1 << 24))) - 1;
    }
}
