using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Model.Onnx.Export;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>Makes a directory in Hugging Face's layout of a model, as transformers and sentence-transformers load it.</summary>
public static class ModelExporter
{
    private const string WeightsFile = "model.safetensors";
    private const string GraphFile = "model.onnx";
    private const string TokenizerConfig = "tokenizer_config.json";

    /// <summary>
    /// Exports a model. Weights keep their floating-point type and every bit; those in 8 bits, a form that transformers
    /// does not know, become the single-precision numbers that they stand for.
    /// </summary>
    /// <param name="source">A one-file model, or anything else that <see cref="ModelConverter"/> takes.</param>
    /// <param name="directory">The directory to make; it must not exist, or be empty. It appears only when it is complete.</param>
    /// <param name="progress">Told what share of the weights has been written, from 0 to 1.</param>
    /// <param name="cancellationToken">Stops the export; nothing is then left behind.</param>
    /// <exception cref="FormatException">The source is malformed, does not fit together or is not supported; names every fault.</exception>
    /// <exception cref="IOException">The directory is in use, or a file cannot be read or written.</exception>
    public static ConversionSummary Export(
        string source, string directory, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        Export(source, directory, WeightsFile, (_, weights, path) =>
        {
            SafetensorsWriter writer = new(OneFileModelWriter.PyTorchMetadata);
            weights.AddTo(writer);
            writer.Save(path, ModelConverter.ShareOf(WeightBytes(weights), progress), cancellationToken);
        });

    /// <summary>
    /// Exports a model as an ONNX graph of the class that its configuration names first (<see cref="OnnxExport"/>), with the
    /// configuration and the vocabulary beside it. All weights become single-precision numbers.
    /// </summary>
    /// <param name="source">A one-file model, or anything else that <see cref="ModelConverter"/> takes.</param>
    /// <param name="directory">The directory to make; it must not exist, or be empty. It appears only when it is complete.</param>
    /// <param name="progress">Told what share of the weights has been written, from 0 to 1.</param>
    /// <param name="cancellationToken">Stops the export; nothing is then left behind.</param>
    /// <exception cref="FormatException">The source is malformed, does not fit together or is not supported; names every fault.</exception>
    /// <exception cref="NotSupportedException">The graph would be larger than the 2 GB that an ONNX file can be, or the model ends with a CRF.</exception>
    /// <exception cref="IOException">The directory is in use, or a file cannot be read or written.</exception>
    public static ConversionSummary ExportOnnx(
        string source, string directory, IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
        Export(source, directory, GraphFile, (model, weights, path) => OnnxExport.Save(
            model.Config, model.Weights, model.Config.DefaultArchitecture, path,
            ModelConverter.ShareOf(SingleBytes(weights), progress), cancellationToken));

    private static long WeightBytes(ConvertedWeights weights) => weights.Tensors.Sum(tensor => tensor.ByteCount);

    private static long SingleBytes(ConvertedWeights weights) =>
        weights.Tensors.Sum(tensor => tensor.ByteCount / tensor.Type.Size * sizeof(float));

    private static ConversionSummary Export(
        string source, string directory, string fileName, Action<ConversionSource, ConvertedWeights, string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        RequireUnused(directory, final);

        using ConversionSource model = ConversionSource.Open(source);
        ConvertedWeights weights = model.Plan(WeightStorage.Source);
        ConversionSummary summary = model.Summarize(weights, WeightStorage.Source);
        string partial = Path.Combine(Path.GetDirectoryName(final)!, $".{Path.GetFileName(final)}.{Guid.NewGuid():N}.partial");
        try
        {
            long bytes = WriteParts(model, partial);
            string weightsFile = Path.Combine(partial, fileName);
            write(model, weights, weightsFile);
            bytes += new FileInfo(weightsFile).Length;
            if (Directory.Exists(final))
                Directory.Delete(final);
            Directory.Move(partial, final);
            return summary with { WrittenBytes = bytes };
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    private static void RequireUnused(string directory, string final)
    {
        if (File.Exists(final) || (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any()))
            throw new IOException($"{directory} exists: name a directory that does not, or that is empty");
    }

    private static long WriteParts(ConversionSource model, string directory)
    {
        long bytes = 0;
        Directory.CreateDirectory(directory);
        foreach ((string name, byte[] content) in WithTokenizer(model.Parts.Contents))
        {
            string file = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            bytes += content.Length;
        }
        return bytes;
    }

    /// <summary>
    /// The parts, and beside a bare SentencePiece model what makes transformers tokenize as this library does.
    /// </summary>
    private static SortedDictionary<string, byte[]> WithTokenizer(IReadOnlyDictionary<string, byte[]> parts)
    {
        SortedDictionary<string, byte[]> contents = new(StringComparer.Ordinal);
        foreach ((string name, byte[] content) in parts)
            contents[name] = content;
        if (contents.TryGetValue(ModelFiles.SentencePieceModel, out byte[]? model) && !contents.ContainsKey(ModelFiles.TokenizerJson))
        {
            TokenizerSettings settings = TokenizerSettings.Parse(Part(TokenizerConfig), Part("special_tokens_map.json"), Part("added_tokens.json"));
            contents[ModelFiles.TokenizerJson] = TokenizerExport.TokenizerJson(model, settings);
            contents[TokenizerConfig] = TokenizerExport.TokenizerConfig(Part(TokenizerConfig));
        }
        foreach ((string name, byte[] content) in BertFiles.ForTransformers(contents.GetValueOrDefault, ""))
            contents[name] = content;
        return contents;

        byte[] Part(string name) => contents.GetValueOrDefault(name, []);
    }
}
