using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;

namespace AlbertNative.LoadTest;

/// <summary>Models with synthetic weights and the published vocabulary of the reference folder.</summary>
internal static class SyntheticModel
{
    /// <summary>The shape of albert-base-v2.</summary>
    public static ModelConfig Base => BenchModels.Configurations["base-v2"];

    /// <summary>A shape that takes next to no time: where what is to be tested is the server.</summary>
    public static ModelConfig Tiny(int hidden) => Base with { HiddenSize = hidden, LayerCount = 4, HeadCount = 2, IntermediateSize = 2 * hidden };

    /// <summary>Writes one to a directory, where it is not there yet.</summary>
    /// <exception cref="FileNotFoundException">The reference folder has no vocabulary.</exception>
    public static string Write(string shared, string directory, ModelConfig config)
    {
        string vocabulary = Path.Combine(shared, "vocab", "albert-en-v2.model");
        if (!File.Exists(vocabulary))
            throw new FileNotFoundException($"{vocabulary} is the vocabulary of synthetic models; ALBERTNATIVE_SHARED may name its folder", vocabulary);
        string weights = Path.Combine(directory, "model.safetensors");
        if (File.Exists(weights))
            return directory;
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, "config.json"), config.ToJson());
        File.Copy(vocabulary, Path.Combine(directory, "spiece.model"), overwrite: true);
        SafetensorsWriter writer = new();
        foreach (WeightTensor tensor in new SyntheticCheckpoint(config, ModelArchitecture.Model).Tensors)
        {
            float[] values = new float[tensor.Shape.Aggregate(1L, (count, size) => count * size)];
            SyntheticCheckpoint.Fill(tensor.Name, tensor.Shape.AsSpan(), 0, values);
            writer.Add(tensor.Name, TensorType.F32, tensor.Shape.AsSpan(), values.AsMemory());
        }
        writer.Save(weights);
        return directory;
    }
}
