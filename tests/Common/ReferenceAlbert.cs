using AlbertNative.Model;

namespace AlbertNative.Testing;

/// <summary>
/// ALBERT written down once more, in double precision, plain loops and nothing shared with the engine but the
/// configuration and the weights: what the engine's results are measured against where there is no golden.
/// </summary>
internal sealed class ReferenceAlbert
{
    private readonly AlbertConfig _config;
    private readonly ResolvedWeights _weights;
    private readonly Dictionary<string, double[]> _loaded = new(StringComparer.Ordinal);

    public ReferenceAlbert(AlbertConfig config, WeightSource weights, AlbertArchitecture architecture)
    {
        _config = config;
        _weights = ResolvedWeights.Resolve(weights, config, architecture);
    }

    /// <summary>The encoder's input and every layer's output for one sequence, [layers + 1][tokens][hidden].</summary>
    public double[][][] Encode(ReadOnlySpan<int> ids, ReadOnlySpan<int> types, ReadOnlySpan<int> positions)
    {
        double[][] x = new double[ids.Length][];
        for (int t = 0; t < ids.Length; t++)
        {
            double[] sum = new double[_config.EmbeddingSize];
            Accumulate(sum, TensorCatalogue.WordEmbeddings, ids[t]);
            Accumulate(sum, TensorCatalogue.PositionEmbeddings, positions[t]);
            Accumulate(sum, TensorCatalogue.TokenTypeEmbeddings, types[t]);
            x[t] = Linear(TensorCatalogue.EmbeddingProjection, Norm(TensorCatalogue.EmbeddingNorm, sum));
        }
        List<double[][]> states = [x];
        for (int layer = 0; layer < _config.LayerCount; layer++)
        {
            for (int inner = 0; inner < _config.InnerGroupCount; inner++)
                x = Layer(x, TensorCatalogue.LayerPrefix(_config.GroupOf(layer), inner));
            states.Add(x);
        }
        return [.. states];
    }

    /// <summary>tanh of the pooler over the first token, [hidden].</summary>
    public double[] Pool(double[][] states) =>
        Array.ConvertAll(Linear(TensorCatalogue.Pooler, states[0]), Math.Tanh);

    /// <summary>One token's score for each word, [vocabulary].</summary>
    public double[] Predict(double[] state)
    {
        double[] x = Array.ConvertAll(Linear(TensorCatalogue.PredictionDense, state), Activate);
        x = Norm(TensorCatalogue.PredictionNorm, x);
        return Product(Load(TensorCatalogue.WordEmbeddings), x, Load(TensorCatalogue.PredictionBias));
    }

    /// <summary>A linear layer by its module's name.</summary>
    public double[] Linear(string module, double[] x) =>
        Product(Load(TensorCatalogue.Weight(module)), x, Load(TensorCatalogue.Bias(module)));

    private double[][] Layer(double[][] x, string prefix)
    {
        double[][] queries = Array.ConvertAll(x, row => Linear(prefix + ".attention.query", row));
        double[][] keys = Array.ConvertAll(x, row => Linear(prefix + ".attention.key", row));
        double[][] values = Array.ConvertAll(x, row => Linear(prefix + ".attention.value", row));
        return [.. Enumerable.Range(0, x.Length).Select(t =>
        {
            double[] context = Linear(prefix + ".attention.dense", Attend(queries[t], keys, values));
            double[] attended = Norm(prefix + ".attention.LayerNorm", Add(context, x[t]));
            double[] hidden = Array.ConvertAll(Linear(prefix + ".ffn", attended), Activate);
            return Norm(prefix + ".full_layer_layer_norm", Add(Linear(prefix + ".ffn_output", hidden), attended));
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
