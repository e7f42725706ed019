namespace AlbertNative.Testing;

/// <summary>The error function in double precision, which the framework does not have.</summary>
internal static class ErrorFunction
{
    /// <summary>erfc(x) = 1 - erf(x), to about 1e-15 (absolute).</summary>
    public static double Complement(double x)
    {
        if (x < 0)
            return 2 - Complement(-x);
        return x < 2.5 ? 1 - Series(x) : Fraction(x);
    }

    /// <summary>erf(x) = 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!! (Abramowitz and Stegun, 7.1.6): no cancellation.</summary>
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>The continued fraction of Abramowitz and Stegun, 7.1.14, from its 200th term up.</summary>
    private static double Fraction(double x)
    {
        double tail = x;
        for (int n = 200; n > 0; n--)
            tail = x + (n / 2.0 / tail);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / tail;
    }
}
