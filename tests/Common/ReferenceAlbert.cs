using AlbertNative.Model;

namespace AlbertNative.Testing;

/// <summary>
/// The model written down once more, in double precision, plain loops and nothing shared with the engine but the
/// configuration and the weights: what the engine's results are measured against where there is no golden.
/// </summary>
internal sealed class ReferenceAlbert
{
    private readonly ModelConfig _config;
    private readonly NamedTensors _weights;
    private readonly Dictionary<string, double[]> _loaded = new(StringComparer.Ordinal);

    public ReferenceAlbert(ModelConfig config, WeightSource weights, ModelArchitecture architecture)
    {
        _config = config;
        _weights = NamedTensors.Match(weights, config);
        _weights.Require(architecture);
    }

    /// <summary>The encoder's input and every layer's output for one sequence, [layers + 1][tokens][hidden].</summary>
    public double[][][] Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> types, ReadOnlySpan<int> positions)
    {
        double[][] x = new double[ids.Length][];
        for (int t = 0; t < ids.Length; t++)
        {
            double[] sum = new double[_config.EmbeddingSize];
            Accumulate(sum, _weights.Family.WordEmbeddings, ids[t]);
            Accumulate(sum, _weights.Family.PositionEmbeddings, positions[t]);
            Accumulate(sum, _weights.Family.TokenTypeEmbeddings, types[t]);
            double[] embedded = Norm(_weights.Family.EmbeddingNorm, sum);
            x[t] = _weights.Family.EmbeddingProjection is string projection ? Linear(projection, embedded) : embedded;
        }
        List<double[][]> states = [x];
        for (int layer = 0; layer < _config.LayerCount; layer++)
        {
            for (int inner = 0; inner < _config.InnerGroupCount; inner++)
                x = Layer(x, _weights.Family.LayerPrefix(_config.GroupOf(layer), inner) + ".");
            states.Add(x);
        }
        return [.. states];
    }

    /// <summary>tanh of the pooler over the first token, [hidden].</summary>
    public double[] Pool(double[][] states) =>
        Array.ConvertAll(Linear(_weights.Family.Pooler, states[0]), Math.Tanh);

    /// <summary>One token's score for each word, [vocabulary].</summary>
    public double[] Predict(double[] state)
    {
        double[] x = Array.ConvertAll(Linear(_weights.Family.Prediction.Dense, state), Activate);
        x = Norm(_weights.Family.Prediction.Norm, x);
        return Linear(_weights.Family.Prediction.Decoder, x);
    }

    /// <summary>A linear layer by its module's name.</summary>
    public double[] Linear(string module, double[] x) =>
        Product(Load(TensorCatalogue.Weight(module)), x, Load(TensorCatalogue.Bias(module)));

    private double[][] Layer(double[][] x, string prefix)
    {
        LayerModules names = _weights.Family.Layer;
        double[][] queries = Array.ConvertAll(x, row => Linear(prefix + names.Query, row));
        double[][] keys = Array.ConvertAll(x, row => Linear(prefix + names.Key, row));
        double[][] values = Array.ConvertAll(x, row => Linear(prefix + names.Value, row));
        return [.. Enumerable.Range(0, x.Length).Select(t =>
        {
            double[] context = Linear(prefix + names.AttentionOutput, Attend(queries[t], keys, values));
            double[] attended = Norm(prefix + names.AttentionNorm, Add(context, x[t]));
            double[] hidden = Array.ConvertAll(Linear(prefix + names.Ffn, attended), Activate);
            return Norm(prefix + names.FullLayerNorm, Add(Linear(prefix + names.FfnOutput, hidden), attended));
        })];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values)
    {
        int size = _config.HeadSize;
        double[] context = new double[_config.HiddenSize];
        for (int start = 0; start < context.Length; start += size)
        {
            double[] scores = Array.ConvertAll(keys, key => Dot(query, start, key, start, size) / Math.Sqrt(size));
            double max = scores.Max();
            double[] weights = Array.ConvertAll(scores, score => Math.Exp(score - max));
            double total = weights.Sum();
            for (int t = 0; t < values.Length; t++)
            {
                for (int i = start; i < start + size; i++)
                    context[i] += weights[t] / total * values[t][i];
            }
        }
        return context;
    }

    private double[] Norm(string module, double[] x)
    {
        double[] weight = Load(TensorCatalogue.Weight(module));
        double[] bias = Load(TensorCatalogue.Bias(module));
        double mean = x.Average();
        double variance = x.Sum(value => (value - mean) * (value - mean)) / x.Length;
        double scale = 1 / Math.Sqrt(variance + _config.LayerNormEpsilon);
        return [.. x.Select((value, i) => ((value - mean) * scale * weight[i]) + bias[i])];
    }

    private double Activate(double x) => _config.Activation switch
    {
        HiddenActivation.Gelu => 0.5 * x * ErrorFunction.Complement(-x / Math.Sqrt(2)),
        HiddenActivation.GeluTanh or HiddenActivation.GeluPyTorchTanh =>
            0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        HiddenActivation.Relu => Math.Max(x, 0),
        HiddenActivation.Silu => x / (1 + Math.Exp(-x)),
        HiddenActivation.Tanh => Math.Tanh(x),
        _ => throw new ArgumentOutOfRangeException(nameof(x), _config.Activation, "no such activation"),
    };

    private void Accumulate(double[] sum, string table, int row)
    {
        double[] values = Load(table);
        for (int i = 0; i < sum.Length; i++)
            sum[i] += values[(row * sum.Length) + i];
    }

    private double[] Load(string name)
    {
        if (_loaded.TryGetValue(name, out double[]? values))
            return values;
        float[] floats = new float[_weights[name].ElementCount];
        _weights[name].CopyTo(0, floats);
        return _loaded[name] = Array.ConvertAll(floats, value => (double)value);
    }

    private static double[] Product(double[] weight, double[] x, double[] bias)
    {
        double[] y = new double[bias.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = Dot(weight, i * x.Length, x, 0, x.Length) + bias[i];
        return y;
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    /// <summary>Four chains, because one alone would take most of a test run's time.</summary>
    private static double Dot(double[] a, int startA, double[] b, int startB, int length)
    {
        ReadOnlySpan<double> x = a.AsSpan(startA, length);
        ReadOnlySpan<double> y = b.AsSpan(startB, length);
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i <= length - 4; i += 4)
        {
            s0 += x[i] * y[i];
            s1 += x[i + 1] * y[i + 1];
            s2 += x[i + 2] * y[i + 2];
            s3 += x[i + 3] * y[i + 3];
        }
        for (; i < length; i++)
            s0 += x[i] * y[i];
        return s0 + s1 + (s2 + s3);
    }
}
