namespace AlbertNative.Training;

/// <summary>Vectors scaled to length 1, as a cosine compares them, and gradients back through the scaling.</summary>
internal sealed class UnitVectors
{
    private const double Smallest = 1e-12;

    private readonly double[] _lengths;
    private readonly double[][] _units, _gradients;

    public UnitVectors(IReadOnlyList<double[]> vectors)
    {
        _lengths = [.. vectors.Select(vector => Math.Max(Smallest, Math.Sqrt(Dot(vector, vector))))];
        _units = [.. vectors.Select((vector, i) => Array.ConvertAll(vector, value => value / _lengths[i]))];
        _gradients = [.. vectors.Select(vector => new double[vector.Length])];
    }

    /// <summary>The cosine of two.</summary>
    public double Cosine(int a, int b) => Dot(_units[a], _units[b]);

    /// <summary>Adds the gradient of a cosine.</summary>
    public void AddCosineGradient(int a, int b, double gradient)
    {
        for (int i = 0; i < _units[a].Length; i++)
        {
            _gradients[a][i] += gradient * _units[b][i];
            _gradients[b][i] += gradient * _units[a][i];
        }
    }

    /// <summary>The gradient of a vector before it was scaled: (g − (g·û) û) / |u|.</summary>
    public double[] Gradient(int vector)
    {
        double along = Dot(_gradients[vector], _units[vector]);
        double[] gradient = new double[_units[vector].Length];
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = (_gradients[vector][i] - (along * _units[vector][i])) / _lengths[vector];
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
