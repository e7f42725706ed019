using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Tensors;

/// <summary>What the kernels compute, from the formulas, one element at a time in double precision.</summary>
internal static class Oracle
{
    public static double Activate(Activation activation, double x) => activation switch
    {
        Activation.None => x,
        Activation.Gelu => x * ErrorFunction.Complement(-x / Math.Sqrt(2)) / 2,
        Activation.GeluTanh => x * Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))),
        Activation.Relu => Math.Max(x, 0),
        Activation.Silu => x * Sigmoid(x),
        Activation.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation)),
    };

    /// <summary>The sum over k of x[row, k] * weight[output, k].</summary>
    public static double Product(GuardedMatrix x, int row, float[] weight, int output)
    {
        int depth = x.Matrix.Columns;
        double sum = 0;
        for (int k = 0; k < depth; k++)
            sum += (double)x[row, k] * weight[(output * depth) + k];
        return sum;
    }

    /// <summary>
    /// The same sum in floats and in the one order that the kernels keep: a chain of multiply-adds from zero for each
    /// block of the depth, these blocks' sums added in ascending order. Few outputs are summed in shorter chains.
    /// </summary>
    public static float ProductInOrder(GuardedMatrix x, int row, float[] weight, int output)
    {
        int depth = x.Matrix.Columns;
        int block = depth < 128 || weight.Length / depth < 192 ? 16 : depth < 384 ? 64 : 192;
        float sum = 0;
        for (int start = 0; start < depth; start += block)
        {
            float chain = 0;
            for (int k = start; k < Math.Min(depth, start + block); k++)
                chain = float.MultiplyAddEstimate(x[row, k], weight[(output * depth) + k], chain);
            sum = start == 0 ? chain : sum + chain;
        }
        return sum;
    }

    public static double[] LayerNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon)
    {
        double mean = 0, variance = 0;
        foreach (float value in x)
            mean += value;
        mean /= x.Length;
        foreach (float value in x)
            variance += (value - mean) * (value - mean) / x.Length;
        double[] y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = ((x[i] - mean) / Math.Sqrt(variance + epsilon) * weight[i]) + bias[i];
        return y;
    }

    /// <summary>One query's attention: the keys' values weighted by softmax(q · k / sqrt(head size)).</summary>
    public static double[] Attend(
        Func<int, double> query, Func<int, int, double> key, Func<int, int, double> value, int keys, int headSize)
    {
        double[] weights = new double[keys];
        for (int k = 0; k < keys; k++)
        {
            for (int d = 0; d < headSize; d++)
                weights[k] += query(d) * key(k, d);
        }
        double largest = weights.Max(), sum = 0;
        for (int k = 0; k < keys; k++)
            sum += weights[k] = Math.Exp((weights[k] - largest) / Math.Sqrt(headSize));
        double[] output = new double[headSize];
        for (int d = 0; d < headSize; d++)
        {
            for (int k = 0; k < keys; k++)
                output[d] += weights[k] / sum * value(k, d);
        }
        return output;
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
