using System.Collections.Immutable;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// What sentence-transformers' files say about turning a text into one vector: <c>modules.json</c>, the pooling
/// module's <c>config.json</c> and <c>sentence_bert_config.json</c>.
/// </summary>
/// <param name="TransformerDirectory">The directory of the checkpoint itself.</param>
/// <param name="Poolings">The pooled vectors, which are put end to end.</param>
/// <param name="EmbeddingDimension">The length of a token's vector that the pooling was made for; null where it does not say.</param>
/// <param name="Normalize">Whether the vector is scaled to length 1.</param>
/// <param name="MaxSequenceLength">The most tokens of a text; null where the files do not say.</param>
/// <param name="LowerCase">Whether texts are lower-cased before they are tokenized.</param>
internal sealed record SentenceTransformerModules(
    string TransformerDirectory,
    ImmutableArray<Pooling> Poolings,
    int? EmbeddingDimension,
    bool Normalize,
    int? MaxSequenceLength,
    bool LowerCase)
{
    private const string ModulesFile = "modules.json";

    // Vectors are put end to end in the order of the module's own code, whatever the order in the file.
    private static readonly (string Key, Pooling Pooling)[] PoolingKeys =
    [
        ("pooling_mode_cls_token", Pooling.Cls),
        ("pooling_mode_max_tokens", Pooling.Max),
        ("pooling_mode_mean_tokens", Pooling.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", Pooling.MeanSqrtLen),
    ];

    /// <summary>Reads a directory's modules; null where it has no <c>modules.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A file is malformed, or names a module or a pooling that is not supported.</exception>
    public static SentenceTransformerModules? Read(string directory)
    {
        string file = Path.Combine(directory, ModulesFile);
        if (!File.Exists(file))
            return null;

        List<(string Kind, string Directory)> modules = ReadModules(file, directory);
        if (modules.Count < 2 || modules[0].Kind != "Transformer" || modules[1].Kind != "Pooling"
            || modules.Skip(2).Any(module => module.Kind != "Normalize"))
        {
            throw new CheckpointFormatException(
                file,
                $"expected Transformer, Pooling and perhaps Normalize, found {string.Join(", ", modules.Select(m => m.Kind))}");
        }

        (ImmutableArray<Pooling> poolings, int? dimension) = ReadPooling(modules[1].Directory);
        (int? maxLength, bool lowerCase) = ReadTransformer(modules[0].Directory);
        return new(modules[0].Directory, poolings, dimension, modules.Count > 2, maxLength, lowerCase);
    }

    /// <summary>Checks that the files agree with the checkpoint beside them.</summary>
    /// <exception cref="CheckpointFormatException">The pooling is for other vectors, or the tokenizer keeps capitals although texts are to be lower-cased.</exception>
    public void Require(AlbertTokenizer tokenizer, AlbertConfig config)
    {
        if (EmbeddingDimension is int dimension && dimension != config.HiddenSize)
        {
            throw new CheckpointFormatException(
                TransformerDirectory, $"the pooling is for vectors of {dimension}, the model's have {config.HiddenSize}");
        }

        // ALBERT's tokenizers lower-case by themselves; the module's own lower-casing is then without effect.
        bool keepsCapitals = !tokenizer.Encode("ALBERT").Ids.SequenceEqual(tokenizer.Encode("albert").Ids);
        if (LowerCase && keepsCapitals)
        {
            throw new CheckpointFormatException(
                TransformerDirectory, "do_lower_case in sentence_bert_config.json is not supported with a tokenizer that keeps capitals");
        }
    }

    private static List<(string Kind, string Directory)> ReadModules(string file, string directory)
    {
        using SettingsFile settings = SettingsFile.Open(file, JsonValueKind.Array);
        List<(string, string)> modules = [];
        foreach (JsonElement module in settings.Root.EnumerateArray())
        {
            string type = settings.Text(module, "type") ?? throw settings.Fault("a module has no \"type\"");
            string path = settings.Text(module, "path") ?? "";
            if (Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
                throw settings.Fault($"the path \"{path}\" of module {type} leads out of the model's directory");

            // The class has moved between packages of sentence-transformers; its name has not changed.
            string kind = type[(type.LastIndexOf('.') + 1)..];
            bool known = kind is "Transformer" or "Pooling" or "Normalize";
            if (!known || !type.StartsWith("sentence_transformers.", StringComparison.Ordinal))
                throw settings.Fault($"the module {type} is not supported, only Transformer, Pooling and Normalize are");
            modules.Add((kind, Path.Combine(directory, path)));
        }
        return modules;
    }

    private static (ImmutableArray<Pooling> Poolings, int? Dimension) ReadPooling(string directory)
    {
        using SettingsFile settings = SettingsFile.Open(Path.Combine(directory, "config.json"), JsonValueKind.Object);
        foreach (JsonProperty property in settings.Root.EnumerateObject())
        {
            bool isPooling = property.Name.StartsWith("pooling_mode_", StringComparison.Ordinal);
            if (isPooling && settings.Flag(property.Name) && !PoolingKeys.Any(known => known.Key == property.Name))
                throw settings.Fault($"the pooling {property.Name} is not supported");
        }

        ImmutableArray<Pooling> poolings = [.. PoolingKeys.Where(known => settings.Flag(known.Key)).Select(known => known.Pooling)];
        return poolings.IsEmpty
            ? throw settings.Fault("no pooling_mode_... is true")
            : (poolings, settings.Number("word_embedding_dimension"));
    }

    private static (int? MaxLength, bool LowerCase) ReadTransformer(string directory)
    {
        // Old models have the file under the name of their architecture.
        foreach (string name in (string[])["sentence_bert_config.json", "sentence_albert_config.json"])
        {
            string file = Path.Combine(directory, name);
            if (!File.Exists(file))
                continue;
            using SettingsFile settings = SettingsFile.Open(file, JsonValueKind.Object);
            return (settings.Number("max_seq_length"), settings.Flag("do_lower_case"));
        }
        return (null, false);
    }
}
