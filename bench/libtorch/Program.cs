// One training step of albert-base-v2 in libtorch, through TorchSharp: a JSON line with CPU time and peak memory.
//   LibtorchStep [--threads 1] [--shape 8x128|mixed] [--head sequence|token] [--form fused|eager] [--runs 3]
// "fused" is libtorch's own attention and GELU, "eager" is what transformers' modeling_albert.py composes.
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

Dictionary<string, string> options = new() { ["--threads"] = "1", ["--shape"] = "8x128", ["--head"] = "token", ["--form"] = "fused", ["--runs"] = "3" };
for (int i = 0; i + 1 < args.Length; i += 2)
    options[options.ContainsKey(args[i]) ? args[i] : throw new ArgumentException($"{args[i]} is none of {string.Join(", ", options.Keys)}")] = args[i + 1];
int[] lengths = options["--shape"] == "mixed"
    ? [.. Enumerable.Range(0, 32).Select(text => 8 + (text * 37 % 121))]
    : [.. Enumerable.Repeat(Part(1), Part(0))];
set_num_threads(int.Parse(options["--threads"], CultureInfo.InvariantCulture));
random.manual_seed(0);
Step step = new(lengths, options["--head"] == "token", options["--form"] == "fused");
(double best, double update) = step.Measure(int.Parse(options["--runs"], CultureInfo.InvariantCulture));
string name = $"libtorch 2.10 {options["--form"]}";
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $$"""{"peer":"{{name}}","threads":{{options["--threads"]}},"shape":"{{options["--shape"]}}","head":"{{options["--head"]}}","step_ms":{{best:F1}},"update_ms":{{update:F1}},"peak_mb":{{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0}}}"""));

int Part(int i) => int.Parse(options["--shape"].Split('x')[i], CultureInfo.InvariantCulture);

/// <summary>The model, a batch padded to its longest text, and the step.</summary>
internal sealed class Step
{
    private const int Vocabulary = 30000, Embedding = 128, Hidden = 768, Intermediate = 3072, Heads = 12, Layers = 12, Labels = 3;

    private readonly List<Parameter> _parameters = [];
    private readonly Parameter _words, _positions, _types;
    private readonly (Parameter Weight, Parameter Bias) _embeddingNorm, _projection, _query, _key, _value, _output, _attentionNorm, _ffn, _ffnOutput, _norm, _pooler, _classifier;
    private readonly Tensor _ids, _places, _labels;
    private readonly Tensor? _mask;
    private readonly bool _tokens, _fused;
    private readonly int _texts, _longest;

    public Step(int[] lengths, bool tokens, bool fused)
    {
        (_texts, _longest, _tokens, _fused) = (lengths.Length, lengths.Max(), tokens, fused);
        (_words, _positions, _types) = (Random(Vocabulary, Embedding), Random(512, Embedding), Random(2, Embedding));
        (_embeddingNorm, _projection) = (Norm(Embedding), Linear(Hidden, Embedding));
        (_query, _key, _value, _output) = (Linear(Hidden, Hidden), Linear(Hidden, Hidden), Linear(Hidden, Hidden), Linear(Hidden, Hidden));
        (_attentionNorm, _ffn, _ffnOutput, _norm) = (Norm(Hidden), Linear(Intermediate, Hidden), Linear(Hidden, Intermediate), Norm(Hidden));
        (_pooler, _classifier) = (Linear(Hidden, Hidden), Linear(Labels, Hidden));
        _ids = randint(5, Vocabulary, [_texts, _longest]);
        _places = arange(_longest);
        Tensor present = tensor(lengths.Select(length => (long)length).ToArray()).unsqueeze(1).gt(_places.unsqueeze(0));
        _mask = lengths.All(length => length == _longest) ? null : present.view(_texts, 1, 1, _longest);
        _labels = tokens ? where(present, randint(0, Labels, [_texts, _longest]), tensor(-100L)) : randint(0, Labels, [_texts]);
    }

    /// <summary>The least CPU time of forward and backward pass, and of clipping and AdamW's update, in milliseconds.</summary>
    public (double Step, double Update) Measure(int runs)
    {
        optim.Optimizer optimizer = optim.AdamW(_parameters, lr: 2e-5);
        double best = double.PositiveInfinity, update = double.PositiveInfinity;
        for (int run = 0; run <= runs; run++)
        {
            using DisposeScope scope = NewDisposeScope();
            TimeSpan begun = Cpu();
            optimizer.zero_grad();
            Tensor loss = Loss();
            loss.backward();
            _ = loss.item<float>();
            TimeSpan computed = Cpu();
            nn.utils.clip_grad_norm_(_parameters, 1.0);
            optimizer.step();
            if (run == 0)
                continue;
            best = Math.Min(best, (computed - begun).TotalMilliseconds);
            update = Math.Min(update, (Cpu() - computed).TotalMilliseconds);
        }
        return (best, update);
    }

    private Tensor Loss()
    {
        Tensor x = _words.index_select(0, _ids.view(-1)).view(_texts, _longest, Embedding) + _types[0] + _positions.index_select(0, _places);
        x = Apply(Normalize(x, _embeddingNorm), _projection);
        for (int layer = 0; layer < Layers; layer++)
            x = Layer(x);
        return _tokens
            ? F.cross_entropy(Apply(x, _classifier).view(-1, Labels), _labels.view(-1), ignore_index: -100)
            : F.cross_entropy(Apply(tanh(Apply(x.select(1, 0), _pooler)), _classifier), _labels);
    }

    private Tensor Layer(Tensor x)
    {
        Tensor query = Split(Apply(x, _query)), key = Split(Apply(x, _key)), value = Split(Apply(x, _value)), context;
        if (_fused)
        {
            context = F.scaled_dot_product_attention(query, key, value, attn_mask: _mask!);
        }
        else
        {
            Tensor scores = matmul(query, key.transpose(-1, -2)) / Math.Sqrt(Hidden / Heads);
            context = matmul(F.softmax(_mask is null ? scores : scores.masked_fill(_mask.logical_not(), -1e9), -1), value);
        }
        Tensor attended = Normalize(x + Apply(context.transpose(1, 2).reshape(_texts, _longest, Hidden), _output), _attentionNorm);
        return Normalize(Apply(Gelu(Apply(attended, _ffn)), _ffnOutput) + attended, _norm);
    }

    private Tensor Gelu(Tensor x) => _fused
        ? F.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh)
        : 0.5 * x * (1.0 + tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))));

    private Tensor Split(Tensor x) => x.view(_texts, _longest, Heads, Hidden / Heads).transpose(1, 2);

    private static Tensor Apply(Tensor x, (Parameter Weight, Parameter Bias) linear) => F.linear(x, linear.Weight, linear.Bias);

    private static Tensor Normalize(Tensor x, (Parameter Weight, Parameter Bias) norm) => F.layer_norm(x, [norm.Weight.shape[0]], norm.Weight, norm.Bias, 1e-12);

    private Parameter Random(params long[] shape) => Add(randn(shape) * 0.02f);

    private (Parameter, Parameter) Linear(long outputs, long inputs) => (Random(outputs, inputs), Add(zeros(outputs)));

    private (Parameter, Parameter) Norm(long width) => (Add(ones(width)), Add(zeros(width)));

    private Parameter Add(Tensor values)
    {
        Parameter parameter = new(values);
        _parameters.Add(parameter);
        return parameter;
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;
}
