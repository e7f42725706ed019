using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Tensors;

/// <summary>What the kernels of the backward pass compute, from the formulas, in double precision.</summary>
internal static class GradientOracle
{
    public static double Derivative(Activation activation, double x)
    {
        double sigmoid = 1 / (1 + Math.Exp(-x));
        double inner = Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)), tanh = Math.Tanh(inner);
        return activation switch
        {
            Activation.None => 1,
            Activation.Gelu => (ErrorFunction.Complement(-x / Math.Sqrt(2)) / 2) + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)),
            Activation.GeluTanh => Math.Abs(x) > 1e6 ? (x > 0 ? 1 : 0)
                : (0.5 * (1 + tanh)) + (0.5 * x * (1 - (tanh * tanh)) * Math.Sqrt(2 / Math.PI) * (1 + (0.134145 * x * x))),
            Activation.Relu => x > 0 ? 1 : 0,
            Activation.Silu => Math.Abs(x) > 1e3 ? (x > 0 ? 1 : 0) : sigmoid * (1 + (x * (1 - sigmoid))),
            Activation.Tanh => 1 - (Math.Tanh(x) * Math.Tanh(x)),
            _ => throw new ArgumentOutOfRangeException(nameof(activation)),
        };
    }

    /// <summary>dx; the parameters' gradients are added to.</summary>
    public static double[] LayerNorm(
        ReadOnlySpan<float> dy, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, double epsilon, double[] dWeight, double[] dBias)
    {
        int n = x.Length;
        double mean = 0, variance = 0;
        foreach (float value in x)
            mean += value / (double)n;
        foreach (float value in x)
            variance += (value - mean) * (value - mean) / n;
        double r = 1 / Math.Sqrt(variance + epsilon), sum = 0, product = 0;
        for (int i = 0; i < n; i++)
        {
            double normal = (x[i] - mean) * r, q = (double)weight[i] * dy[i];
            sum += q / n;
            product += q * normal / n;
            dWeight[i] += dy[i] * normal;
            dBias[i] += dy[i];
        }
        double[] dx = new double[n];
        for (int i = 0; i < n; i++)
            dx[i] = r * (((double)weight[i] * dy[i]) - sum - ((x[i] - mean) * r * product));
        return dx;
    }

    public static (double Loss, double[] Gradient) CrossEntropy(ReadOnlySpan<float> z, int label, double smoothing, double factor)
    {
        double[] values = [.. z.ToArray().Select(value => (double)value)];
        double largest = values.Max(), log = largest + Math.Log(values.Sum(value => Math.Exp(value - largest)));
        double loss = ((1 - smoothing) * (log - values[label])) + (smoothing * (log - values.Average()));
        return (loss, [.. values.Select((value, c) =>
            factor * (Math.Exp(value - log) - (c == label ? 1 - smoothing : 0) - (smoothing / values.Length)))]);
    }

    /// <summary>
    /// One head's dQ, dK and dV, all [rows, head size], for given probabilities' factors (1 where nothing is dropped).
    /// </summary>
    public static (double[,] Query, double[,] Key, double[,] Value) Attention(
        double[,] q, double[,] k, double[,] v, double[,] dOutput, Func<int, int, double> mask)
    {
        int queries = q.GetLength(0), keys = k.GetLength(0), d = q.GetLength(1);
        double s = 1 / Math.Sqrt(d);
        double[,] dq = new double[queries, d], dk = new double[keys, d], dv = new double[keys, d];
        for (int i = 0; i < queries; i++)
        {
            double[] p = [.. Enumerable.Range(0, keys).Select(j => s * Enumerable.Range(0, d).Sum(c => q[i, c] * k[j, c]))];
            double largest = p.Max(), sum = p.Sum(score => Math.Exp(score - largest));
            p = [.. p.Select(score => Math.Exp(score - largest) / sum)];
            double[] dp = [.. Enumerable.Range(0, keys).Select(j => mask(i, j) * Enumerable.Range(0, d).Sum(c => dOutput[i, c] * v[j, c]))];
            double weighted = p.Zip(dp, (a, b) => a * b).Sum();
            for (int j = 0; j < keys; j++)
            {
                double ds = s * p[j] * (dp[j] - weighted);
                for (int c = 0; c < d; c++)
                {
                    dv[j, c] += p[j] * mask(i, j) * dOutput[i, c];
                    dq[i, c] += ds * k[j, c];
                    dk[j, c] += ds * q[i, c];
                }
            }
        }
        return (dq, dk, dv);
    }
}
