using System.Text;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Model;

namespace AlbertNative.Tests.Conversion;

/// <summary>Models of the tests as one file, whole or damaged.</summary>
internal static class OneFile
{
    public static string Nano { get; } = ShippedModels.Nano;

    public static string Formats { get; } = CheckpointFixtures.Formats;

    public const string WordEmbeddings = "albert.embeddings.word_embeddings.weight";

    private static ModelProvenance Provenance { get; } = new("tiny", "", "tests", "");

    /// <summary>Writes a synthetic model whose sizes no vector width divides.</summary>
    public static string Write(
        string path, WeightStorage storage, ModelArchitecture architecture = ModelArchitecture.PreTraining, ModelConfig? config = null)
    {
        config ??= TinyModel.Config;
        SafetensorsWriter writer = OneFileModelWriter.Create(
            new Dictionary<string, byte[]> { ["config.json"] = config.ToJson() }, Provenance);
        ConvertedWeights.Plan(TinyModel.Weights(architecture, config), config, storage).AddTo(writer);
        writer.Save(path);
        return path;
    }

    /// <summary>Writes a file again with other metadata and other tensors.</summary>
    /// <param name="source">The file.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="metadata">Changes the entries.</param>
    /// <param name="add">Adds a tensor; false where it does not want that one.</param>
    public static string Rewrite(
        string source, string path, Action<Dictionary<string, string>>? metadata = null, Func<SafetensorsWriter, CheckpointTensor, bool>? add = null)
    {
        using Checkpoint checkpoint = Checkpoint.Open(source);
        Dictionary<string, string> entries = new(checkpoint.Metadata);
        metadata?.Invoke(entries);
        SafetensorsWriter writer = new(entries);
        foreach (CheckpointTensor tensor in checkpoint.Tensors)
        {
            if (add is null || !add(writer, tensor))
                writer.Add(tensor);
        }
        writer.Save(path);
        return path;
    }

    /// <summary>Writes a file again with another tensor of the same shape in one's place.</summary>
    /// <param name="source">The file.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="name">The tensor.</param>
    /// <param name="change">Changes its elements.</param>
    /// <param name="type">The type to store them in.</param>
    public static string Replace(string source, string path, string name, Action<float[]> change, TensorType type = TensorType.F32) =>
        Rewrite(source, path, add: (writer, tensor) =>
        {
            if (tensor.Name != name)
                return false;
            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(0, values);
            change(values);
            writer.Add(name, type, tensor.Shape.AsSpan(), values.AsMemory());
            return true;
        });

    /// <summary>Writes a file again with the word embeddings in 16 bits, as int8 files have them.</summary>
    public static string HalveEmbeddings(string source, string path) => Replace(source, path, WordEmbeddings, _ => { }, TensorType.F16);

    /// <summary>Every weight of a checkpoint as floats, in the order of the names.</summary>
    public static SortedDictionary<string, float[]> Weights(string path)
    {
        using ModelFiles files = ModelFiles.Open(path);
        SortedDictionary<string, float[]> weights = new(StringComparer.Ordinal);
        foreach (WeightTensor tensor in WeightSource.From(files.Checkpoint).Tensors)
        {
            if (!tensor.Type.IsFloatingPoint && tensor.Type != TensorType.I8)
                continue;
            float[] values = new float[tensor.ElementCount];
            tensor.CopyTo(0, values);
            weights.Add(tensor.Name, values);
        }
        return weights;
    }

    /// <summary>Every output of a pre-training model on a few sequences.</summary>
    public static float[] Outputs(string path, WeightPrecision? precision = null, int threads = 1)
    {
        using PreTrainedModel opened = PreTrainedModel.Open(path, new ModelOptions { Threads = threads, Precision = precision });
        PreTrainingHead model = new(opened);
        TokenBatch batch = new();
        Random random = new(5);
        foreach (int length in (int[])[1, 7, 30, 2])
        {
            (int[] ids, int[] types) = TinyModel.Sequence(random, length, model.Config);
            batch.Add(ids, types);
        }
        PreTrainingOutput output = model.Forward(batch);
        List<float> values = [];
        foreach (Matrix matrix in (Matrix[])[output.PredictionLogits, output.SentencePairLogits])
        {
            for (int row = 0; row < matrix.Rows; row++)
                values.AddRange(matrix[row]);
        }
        return [.. values];
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
