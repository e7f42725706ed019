using AlbertNative.Checkpoints;
using AlbertNative.Cli;
using AlbertNative.Model;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

/// <summary>The model that ships with the project, and small synthetic ones of the classes that it is not.</summary>
internal static class Nano
{
    private static readonly Lazy<string> Exported = new(Export);

    public static string Path { get; } = ShippedModels.Nano;

    /// <summary>The same model as a directory, for one run of the tests.</summary>
    public static string Folder => Exported.Value;

    public static Tokenizer Tokenizer { get; } = ModelTokenizer.Load(Path);

    /// <summary>A configuration with the nano model's vocabulary and next to no weights.</summary>
    public static ModelConfig Tiny(int labels = 3, int positions = 64) => new()
    {
        VocabularySize = Tokenizer.VocabularySize,
        EmbeddingSize = 8,
        HiddenSize = 16,
        LayerCount = 2,
        HeadCount = 2,
        IntermediateSize = 32,
        MaxPositionCount = positions,
        Labels = ModelConfig.NumberedLabels(labels),
    };

    public static SyntheticCheckpoint Weights(ModelConfig config, ModelArchitecture architecture) => new(config, architecture);

    /// <summary>Words of the nano model's world, as many as asked for.</summary>
    public static string Text(int words, int seed = 1)
    {
        string[] vocabulary = ["the", "king", "of", "Judah", "went", "up", "to", "Jerusalem", "and", "his", "servants", "شاه", "رفت"];
        Random random = new(seed);
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => vocabulary[random.Next(vocabulary.Length)]));
    }

    /// <summary>Writes a synthetic model of a class with the nano model's tokenizer, in Hugging Face's layout.</summary>
    public static void SaveTiny(string folder, ModelConfig config, ModelArchitecture architecture)
    {
        foreach (string tokenizer in Directory.EnumerateFiles(Folder).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
            File.Copy(tokenizer, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(tokenizer)));
        File.WriteAllBytes(System.IO.Path.Combine(folder, ModelFiles.Config), (config with { Architectures = [config.NameOf(architecture)] }).ToJson());
        SafetensorsWriter writer = new();
        ConvertedWeights.Plan(Weights(config, architecture), config, WeightStorage.Source).AddTo(writer);
        writer.Save(System.IO.Path.Combine(folder, "model.safetensors"));
    }

    private static string Export()
    {
        string folder = Directory.CreateTempSubdirectory("albert-nano-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        ModelExporter.Export(Path, folder);
        return folder;
    }
}
