using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Onnx;

/// <summary>
/// Writes a synthetic ALBERT as an ONNX graph in the ways that exporters do, under names that say nothing.
/// </summary>
internal sealed class AlbertOnnxExport(ModelConfig config, ModelArchitecture architecture)
{
    private readonly OnnxFile _file = new();
    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);
    private int _names;

    /// <summary>Write the weights of a layer as often as it runs, instead of aliases.</summary>
    public bool RepeatWeights { get; init; }

    /// <summary>One LayerNormalization operator, instead of its steps.</summary>
    public bool NormOperator { get; init; }

    /// <summary>Matrices as in the checkpoint, with a Transpose before their use, instead of transposed ones.</summary>
    public bool TransposeNodes { get; init; }

    /// <summary>Leaves the token types out of the inputs.</summary>
    public bool NoTokenTypes { get; init; }

    /// <summary>Replaces what is written for a tensor, by its name.</summary>
    public Func<string, float[], float[]> Change { get; init; } = (_, values) => values;

    /// <summary>Adds to the graph before it is closed.</summary>
    public Action<OnnxFile> Extend { get; init; } = _ => { };

    public byte[] ToBytes()
    {
        _file.Input("input_ids", architecture == ModelArchitecture.MultipleChoice ? 3 : 2).Input("attention_mask", 2);
        string types = NoTokenTypes ? Integers(0) : "token_type_ids";
        if (!NoTokenTypes)
            _file.Input("token_type_ids", 2);
        string mask = Op("Mul", Op("Sub", Scalar(1), Op("Cast", "attention_mask")), Scalar(float.MinValue));
        string words = Op("Gather", Table("word_embeddings"), "input_ids");
        string sum = Op("Add", words, Op("Gather", Table("token_type_embeddings"), types));
        string positions = Op("Slice", Integers([.. Enumerable.Range(0, config.MaxPositionCount).Select(i => (long)i)]), Op("Shape", "input_ids"));
        sum = Op("Add", sum, Op("Gather", Table("position_embeddings"), positions));
        string x = Linear(Norm(sum, "albert.embeddings.LayerNorm", config.EmbeddingSize),
            "albert.encoder.embedding_hidden_mapping_in", config.HiddenSize, config.EmbeddingSize);
        for (int i = 0; i < config.StepCount; i++)
            x = Layer(x, mask, config.GroupOf(i / config.InnerGroupCount), i % config.InnerGroupCount);
        AddHead(x);
        Extend(_file);
        return _file.ToBytes();
    }

    private string Layer(string x, string mask, int group, int inner)
    {
        string prefix = $"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}";
        int hidden = config.HiddenSize;
        string query = Heads(Linear(x, prefix + ".attention.query", hidden, hidden));
        string key = Op("Transpose", Heads(Linear(x, prefix + ".attention.key", hidden, hidden)));
        string value = Heads(Linear(x, prefix + ".attention.value", hidden, hidden));
        string scores = Op("Softmax", Op("Add", Op("Div", Op("MatMul", query, key), Scalar(2)), mask));
        string context = Op("Reshape", Op("Transpose", Op("MatMul", scores, value)), Integers(0, 0, hidden));
        string attended = Norm(
            Op("Add", x, Linear(context, prefix + ".attention.dense", hidden, hidden)), prefix + ".attention.LayerNorm", hidden);
        string middle = Activate(Linear(attended, prefix + ".ffn", config.IntermediateSize, hidden));
        string output = Linear(middle, prefix + ".ffn_output", hidden, config.IntermediateSize);
        return Norm(Op("Add", output, attended), prefix + ".full_layer_layer_norm", hidden);
    }

    private string Heads(string x) => Op("Transpose", Op("Reshape", x,
        Op("Concat", Op("Unsqueeze", Op("Gather", Op("Shape", x), Integers(0))), Integers(-1), Integers(config.HeadCount), Integers(config.HeadSize))));

    private string Activate(string x) => config.Activation switch
    {
        HiddenActivation.Gelu => Op("Mul", Op("Mul", x, Op("Add", Op("Erf", Op("Div", x, Scalar(1.4142135f))), Scalar(1))), Scalar(0.5f)),
        HiddenActivation.GeluTanh => Op("Mul", Op("Mul", x, Scalar(0.5f)), Op("Add", Scalar(1), Op("Tanh", Op("Mul",
            Op("Add", x, Op("Mul", Op("Pow", x, Scalar(3)), Scalar(0.044715f))), Scalar(0.79788456f))))),
        HiddenActivation.Relu => Op("Relu", x),
        HiddenActivation.Silu => Op("Mul", x, Op("Sigmoid", x)),
        HiddenActivation.Tanh => Op("Tanh", x),
        _ => Node("Gelu", [x], OnnxFile.Attribute("approximate", "tanh")),
    };

    private void AddHead(string x)
    {
        int hidden = config.HiddenSize;
        switch (architecture)
        {
            case ModelArchitecture.Model:
                Output(x, "last_hidden_state");
                Output(Pooled(x), "pooler_output");
                break;
            case ModelArchitecture.PreTraining:
                Output(Predictions(x), "prediction_logits");
                Output(Gemm(Pooled(x), "sop_classifier.classifier", config.LabelCount, hidden), "sop_logits");
                break;
            case ModelArchitecture.MaskedLM:
                Output(Predictions(x), "logits");
                break;
            case ModelArchitecture.TokenClassification:
                Output(Linear(x, "classifier", config.LabelCount, hidden), "logits");
                break;
            case ModelArchitecture.QuestionAnswering:
                _file.Node("Split", [Linear(x, "qa_outputs", 2, hidden)], ["start_logits", "end_logits"]).Output("start_logits", 2).Output("end_logits", 2);
                break;
            case ModelArchitecture.MultipleChoice:
                Output(Gemm(Pooled(x), "classifier", 1, hidden), "logits");
                break;
            default:
                Output(Gemm(Pooled(x), "classifier", config.LabelCount, hidden), "logits");
                break;
        }
    }

    private string Pooled(string x) =>
        Op("Tanh", Gemm(Op("Gather", x, Integers(0)), "albert.pooler", config.HiddenSize, config.HiddenSize));

    private string Predictions(string x)
    {
        string dense = Activate(Linear(x, "predictions.dense", config.EmbeddingSize, config.HiddenSize));
        string normalised = Norm(dense, "predictions.LayerNorm", config.EmbeddingSize);
        string weight = TransposeNodes
            ? Op("Transpose", Table("word_embeddings"))
            : Constant("albert.embeddings.word_embeddings.weight", [config.VocabularySize, config.EmbeddingSize], transpose: true);
        return Op("Add", Op("MatMul", normalised, weight), Constant("predictions.bias", [config.VocabularySize]));
    }

    private string Table(string name) => Constant($"albert.embeddings.{name}.weight",
        [name[0] == 'w' ? config.VocabularySize : name[0] == 'p' ? config.MaxPositionCount : config.TypeVocabularySize, config.EmbeddingSize]);

    private string Linear(string x, string module, int outputs, int inputs)
    {
        string weight = TransposeNodes
            ? Node("Transpose", [Constant(module + ".weight", [outputs, inputs])], OnnxFile.Attribute("perm", 1, 0))
            : Constant(module + ".weight", [outputs, inputs], transpose: true);
        return Op("Add", Constant(module + ".bias", [outputs]), Op("MatMul", x, weight));
    }

    private string Gemm(string x, string module, int outputs, int inputs) => Node("Gemm",
        [x, Constant(module + ".weight", [outputs, inputs], transpose: !TransposeNodes), Constant(module + ".bias", [outputs])],
        OnnxFile.Attribute("transB", TransposeNodes ? 1L : 0L));

    private string Norm(string x, string module, int width)
    {
        string scale = Constant(module + ".weight", [width]);
        string bias = Constant(module + ".bias", [width]);
        if (NormOperator)
            return Node("LayerNormalization", [x, scale, bias], OnnxFile.Attribute("epsilon", (float)config.LayerNormEpsilon));
        string centred = Op("Sub", x, Op("ReduceMean", x));
        string variance = Op("ReduceMean", Op("Pow", centred, Scalar(2)));
        return Op("Add", Op("Mul", Op("Div", centred, Op("Sqrt", Op("Add", variance, Scalar((float)config.LayerNormEpsilon)))), scale), bias);
    }

    private string Constant(string name, long[] shape, bool transpose = false)
    {
        string key = name + transpose;
        if (!RepeatWeights && _written.TryGetValue(key, out string? known))
            return Op("Identity", known);
        float[] values = new float[shape.Aggregate(1L, (product, d) => product * d)];
        SyntheticCheckpoint.Fill(name, shape, 0, values);
        values = Change(name, values);
        string initializer = NewName();
        if (transpose)
            (values, shape) = (Transposed(values, (int)shape[0], (int)shape[1]), [shape[1], shape[0]]);
        _file.Initializer(OnnxFile.Tensor(initializer, shape, values));
        return _written[key] = initializer;
    }

    private static float[] Transposed(float[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];

    private string Scalar(float value) => Node("Constant", [], OnnxFile.TensorAttribute("value", OnnxFile.Tensor("", [], [value])));

    private string Integers(params long[] values) =>
        Node("Constant", [], OnnxFile.TensorAttribute("value", OnnxFile.Tensor("", [values.Length], values)));

    private string Op(string type, params string[] inputs) => Node(type, inputs);

    private string Node(string type, string[] inputs, params byte[][] attributes)
    {
        string output = NewName();
        _file.Node(type, inputs, [output], attributes);
        return output;
    }

    private void Output(string value, string name) => _file.Node("Identity", [value], [name]).Output(name, 3);

    private string NewName() => $"v{_names++}";
}
