using AlbertNative.Checkpoints;

namespace AlbertNative.Model.Onnx;

/// <summary>
/// An ONNX export of an ALBERT taken back to what it was made from: the tensors under Hugging Face's names, mapped in
/// the file and transposed where the exporter did, and the configuration. Weights are found by following the graph;
/// names in it are not relied on. Graphs that were quantised or optimised for a runtime are refused.
/// </summary>
public sealed class AlbertOnnx : IDisposable
{
    private AlbertOnnx(ModelConfig config, ModelArchitecture architecture, Checkpoint checkpoint)
    {
        Config = config;
        Architecture = architecture;
        Checkpoint = checkpoint;
    }

    /// <summary>The configuration: the caller's, or what the graph says.</summary>
    public ModelConfig Config { get; }

    /// <summary>The class whose heads the graph has.</summary>
    public ModelArchitecture Architecture { get; }

    /// <summary>
    /// The tensors, each once: layers that share weights are one, and the masked-LM decoder is there only where it
    /// differs from the word embeddings. Its own to dispose with this.
    /// </summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Opens an <c>.onnx</c> file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">
    /// The model's configuration, where there is a <c>config.json</c>; null to infer it from the graph, which knows
    /// neither labels nor special tokens.
    /// </param>
    /// <exception cref="CheckpointFormatException">The file is damaged, or its graph is not that of an ALBERT.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AlbertOnnx Open(string path, ModelConfig? config = null)
    {
        using OnnxCheckpoint file = OnnxCheckpoint.Open(path);
        OnnxDataflow flow = OnnxDataflow.Follow(file);
        OnnxGraph graph = new(file, flow);
        AlbertParts parts = AlbertGraph.Recognise(file, flow, graph);
        SharedLayers layers = SharedLayers.Find(path, parts.Steps, config);
        ModelArchitecture architecture = parts.ArchitectureOf(file.Inputs.FirstOrDefault(i => i.Name == "input_ids")?.Rank);
        config ??= new OnnxConfig(path, graph, parts).Infer(layers, architecture);
        return new AlbertOnnx(config, architecture, file.Detach(OnnxTensors.Name(parts, layers, Family.Of(config.Family))));
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => Checkpoint.Dispose();
}
