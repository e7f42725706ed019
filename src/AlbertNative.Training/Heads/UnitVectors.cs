namespace AlbertNative.Training;

/// <summary>Vectors scaled to length 1, as a cosine compares them, and gradients back through the scaling.</summary>
internal sealed class UnitVectors
{
    private const double Smallest = 1e-12;

    private readonly double[] _lengths;

    public UnitVectors(IReadOnlyList<double[]> vectors)
    {
        _lengths = [.. vectors.Select(vector => Math.Max(Smallest, Math.Sqrt(Dot(vector, vector))))];
        Units = [.. vectors.Select((vector, i) => Array.ConvertAll(vector, value => value / _lengths[i]))];
        UnitGradients = [.. vectors.Select(vector => new double[vector.Length])];
    }

    /// <summary>The scaled vectors.</summary>
    public double[][] Units { get; }

    /// <summary>What is added up for the gradients of the scaled vectors.</summary>
    public double[][] UnitGradients { get; }

    /// <summary>The cosine of two.</summary>
    public double Cosine(int a, int b) => Dot(Units[a], Units[b]);

    /// <summary>Adds the gradient of a cosine.</summary>
    public void AddCosineGradient(int a, int b, double gradient)
    {
        for (int i = 0; i < Units[a].Length; i++)
        {
            UnitGradients[a][i] += gradient * Units[b][i];
            UnitGradients[b][i] += gradient * Units[a][i];
        }
    }

    /// <summary>The gradient of a vector before it was scaled: (g − (g·û) û) / |u|.</summary>
    public double[] Gradient(int vector)
    {
        double along = Dot(UnitGradients[vector], Units[vector]);
        double[] gradient = new double[Units[vector].Length];
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = (UnitGradients[vector][i] - (along * Units[vector][i])) / _lengths[vector];
        return gradient;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
