namespace AlbertNative.Tests.Tensors;

/// <summary>Seeded numbers of the two kinds that the kernels' tests need.</summary>
internal static class RandomValues
{
    /// <summary>A small whole number: sums of products of these are exact in floats, so results must be equal.</summary>
    public static float NextWhole(this Random random) => random.Next(-4, 5);

    /// <summary>A number between -1 and 1 with all of its bits.</summary>
    public static float NextReal(this Random random) => (2 * random.NextSingle()) - 1;

    public static float[] Wholes(this Random random, int count) => Fill(count, random.NextWhole);

    public static float[] Reals(this Random random, int count) => Fill(count, random.NextReal);

    private static float[] Fill(int count, Func<float> next)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = next();
        return values;
    }
}
