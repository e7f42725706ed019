using System.Numerics.Tensors;
using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative.Benchmarks;

/// <summary>
/// A BERT from text to vector, one thread: this library beside FastBertTokenizer and ONNX Runtime. In 32 bits the peer's graph
/// is the one that this project exports; in 8 bits all-MiniLM-L6-v2 has a published one, and the synthetic model's is
/// <see cref="QuantizedGraph"/>. Both make the same vectors, as far as 8 bits allow, or nothing is measured.
/// </summary>
internal sealed class BertCase : IDisposable
{
    /// <summary>What padding and another order of sums leave.</summary>
    private const double LeastCosine = 0.99999;

    /// <summary>What the peer's 8 bits leave, which are one range for a whole batch.</summary>
    private const double LeastCosineInt8 = 0.95;

    private readonly string _folder = Directory.CreateTempSubdirectory("albert-bench-").FullName;

    /// <summary>Opens both.</summary>
    /// <param name="model"><c>minilm</c>, or <c>bert-base</c> for synthetic weights of that shape.</param>
    /// <param name="int8">Whether in 8 bits.</param>
    /// <exception cref="ArgumentException">There is no such model.</exception>
    /// <exception cref="FileNotFoundException">The reference folder lacks the published 8-bit graph.</exception>
    public BertCase(string model, bool int8)
    {
        string source = model switch
        {
            "minilm" => Repository.MiniLM,
            "bert-base" => WriteBase(),
            _ => throw new ArgumentException($"{model} is neither minilm nor bert-base", nameof(model)),
        };
        Ours = TextEmbedder.Load(
            source,
            new() { Normalize = true },
            new() { Overlong = Overlong.Truncate, MaxLength = BertPeer.MaxLength },
            new() { Threads = 1, Precision = int8 ? WeightPrecision.Int8 : WeightPrecision.Float32 });
        string exported = Path.Combine(_folder, "exported");
        ModelExporter.ExportOnnx(source, exported);
        Peer = new BertPeer(int8 ? QuantizedPeer(model, exported) : Path.Combine(exported, "model.onnx"), Path.Combine(exported, "vocab.txt"));
        Least = int8 ? LeastCosineInt8 : LeastCosine;
    }

    public TextEmbedder Ours { get; }

    public BertPeer Peer { get; }

    private double Least { get; }

    /// <summary>Both sides make vectors of the texts.</summary>
    /// <exception cref="InvalidOperationException">They are not the same.</exception>
    public void Check(string[] texts)
    {
        foreach ((float[] ours, float[] theirs) in Ours.Embed(texts).Zip(Peer.Embed(texts)))
        {
            float cosine = TensorPrimitives.CosineSimilarity<float>(ours, theirs);
            if (!(cosine >= Least))
                throw new InvalidOperationException($"the two do not make the same vectors: their cosine is {cosine}");
        }
    }

    public void Dispose()
    {
        Peer.Dispose();
        Ours.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string QuantizedPeer(string model, string exported)
    {
        if (model != "minilm")
        {
            string graph = Path.Combine(_folder, "int8.onnx");
            QuantizedGraph.Write(Path.Combine(exported, "model.onnx"), graph);
            return graph;
        }
        string published = Path.Combine(Repository.Shared, "peers", "onnxruntime", "all-MiniLM-L6-v2-int8.onnx");
        return File.Exists(published)
            ? published
            : throw new FileNotFoundException($"{published} is what ONNX Runtime is measured on; ALBERTNATIVE_SHARED may name its folder", published);
    }

    /// <summary>bert-base-uncased's shape with synthetic weights, and all-MiniLM-L6-v2's vocabulary, which is the same.</summary>
    private string WriteBase()
    {
        string directory = Path.Combine(_folder, "bert-base");
        Directory.CreateDirectory(directory);
        ModelConfig config = new(ModelFamily.Bert);
        File.WriteAllBytes(Path.Combine(directory, ModelConfig.FileName), config.ToJson());
        using (ModelFiles files = ModelFiles.Open(Repository.MiniLM))
            File.WriteAllBytes(Path.Combine(directory, ModelFiles.WordPieceVocabulary), files.Read(ModelFiles.WordPieceVocabulary)!);
        SafetensorsWriter writer = new();
        foreach (WeightTensor tensor in new SyntheticCheckpoint(config, ModelArchitecture.Model).Tensors)
        {
            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(0, values);
            writer.Add(tensor.Name, TensorType.F32, tensor.Shape.AsSpan(), values.AsMemory());
        }
        writer.Save(Path.Combine(directory, "model.safetensors"));
        return directory;
    }
}
