using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx.Export;

/// <summary>
/// Writes a model as an ONNX graph of operator set 14, in floats: what ONNX Runtime, OpenVINO and others load. Inputs are
/// <c>input_ids</c>, <c>attention_mask</c> and <c>token_type_ids</c>, int64 of [batch, sequence] (of multiple choice,
/// [batch, choices, sequence]), all dimensions free; outputs are called as Hugging Face's Optimum calls them. Layers of one
/// group share their weights, and so do a tied decoder and the word embeddings.
/// </summary>
public static class OnnxExport
{
    /// <summary>The version of ONNX's operators.</summary>
    public const int OperatorSet = 14;

    /// <summary>Writes one class of a model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="weights">The tensors, written as floats whatever they are stored as.</param>
    /// <param name="architecture">The class: which head the graph has.</param>
    /// <param name="path">The file; replaced where it exists, and never there by half.</param>
    /// <param name="progress">Told the number of bytes of weights written so far.</param>
    /// <param name="cancellationToken">Looked at between writes.</param>
    /// <exception cref="CheckpointFormatException">The weights are not those of the configuration and the class; names them.</exception>
    /// <exception cref="ArgumentException">The configuration's family does not have the class.</exception>
    /// <exception cref="NotSupportedException">
    /// The file would be larger than the 2 GB that it can be; or the class ends with a CRF, which no operator of ONNX decodes.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        ModelConfig config, WeightSource weights, ModelArchitecture architecture, string path,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (config.HasCrf && architecture == ModelArchitecture.TokenClassification)
            throw new NotSupportedException($"{weights.Name}: the labels of words are chosen together by a CRF, for which a graph has no place, and each token's best score is another answer; with \"crf\": false in {ModelConfig.FileName} those scores alone are exported");
        NamedTensors tensors = NamedTensors.Match(weights, config);
        tensors.Require(architecture);
        Create(tensors, architecture).Save(path, progress, cancellationToken);
    }

    private static OnnxWriter Create(NamedTensors tensors, ModelArchitecture architecture)
    {
        ModelConfig config = tensors.Config;
        OnnxWriter writer = new(tensors.Family.ClassName(architecture), OperatorSet);
        GraphBuilder graph = new(writer, tensors);
        bool isChoice = architecture == ModelArchitecture.MultipleChoice;
        ReadOnlySpan<string> dimensions = isChoice ? ["batch_size", "num_choices", "sequence_length"] : ["batch_size", "sequence_length"];
        string[] inputs = ["input_ids", "attention_mask", "token_type_ids"];
        foreach (string input in inputs)
            writer.AddInput(input, TensorType.I64, dimensions);
        string[] rows = isChoice ? Array.ConvertAll(inputs, input => Flatten(graph, input)) : inputs;
        string states = new EncoderGraph(graph, config, tensors.Family, tensors.HasProjection).Add(rows[0], rows[1], rows[2]);
        new HeadGraph(graph, writer, tensors).Add(architecture, states, "input_ids");
        return writer;
    }

    // [batch, choices, sequence] to [batch * choices, sequence].
    private static string Flatten(GraphBuilder graph, string input)
    {
        const string Scope = "choices";
        string length = graph.Add(Scope, "Slice", [graph.Add(Scope, "Shape", [input]), graph.Integers(2), graph.Integers(3)]);
        return graph.Add(Scope, "Reshape", [input, graph.Add(Scope, "Concat", [graph.Integers(-1), length], new OnnxAttribute("axis") { Integer = 0 })]);
    }
}
