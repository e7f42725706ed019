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
/// <param name="Source">The <c>modules.json</c>, for errors.</param>
/// <param name="TransformerPath">Where below the model's directory the checkpoint itself is; mostly there, so empty.</param>
/// <param name="PoolingConfig">The name of the pooling module's file.</param>
/// <param name="Poolings">The pooled vectors, which are put end to end.</param>
/// <param name="EmbeddingDimension">The length of a token's vector that the pooling was made for; null where it does not say.</param>
/// <param name="Normalize">Whether the vector is scaled to length 1.</param>
/// <param name="MaxSequenceLength">The most tokens of a text; null where the files do not say.</param>
/// <param name="LowerCase">Whether texts are lower-cased before they are tokenized.</param>
internal sealed record SentenceTransformerModules(
    string Source,
    string TransformerPath,
    string PoolingConfig,
    ImmutableArray<Pooling> Poolings,
    int? EmbeddingDimension,
    bool Normalize,
    int? MaxSequenceLength,
    bool LowerCase)
{
    /// <summary>The file that lists the modules.</summary>
    public const string FileName = "modules.json";

    /// <summary>The Transformer module's files; old models have theirs under the name of their architecture.</summary>
    public static readonly string[] TransformerConfigs = ["sentence_bert_config.json", "sentence_albert_config.json"];

    // Vectors are put end to end in the order of the module's own code, whatever the order in the file.
    private static readonly (string Key, Pooling Pooling)[] PoolingKeys =
    [
        ("pooling_mode_cls_token", Pooling.Cls),
        ("pooling_mode_max_tokens", Pooling.Max),
        ("pooling_mode_mean_tokens", Pooling.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", Pooling.MeanSqrtLen),
    ];

    /// <summary>Reads a model's modules; null where it has no <c>modules.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A file is malformed, or names a module or a pooling that is not supported.</exception>
    public static SentenceTransformerModules? Read(ModelFiles files)
    {
        if (files.Read(FileName) is not byte[] json)
            return null;

        string file = files.NameOf(FileName);
        List<(string Kind, string Path)> modules = ReadModules(file, json);
        if (modules.Count < 2 || modules[0].Kind != "Transformer" || modules[1].Kind != "Pooling"
            || modules.Skip(2).Any(module => module.Kind != "Normalize"))
        {
            throw new CheckpointFormatException(
                file,
                $"expected Transformer, Pooling and perhaps Normalize, found {string.Join(", ", modules.Select(m => m.Kind))}");
        }

        string poolingConfig = In(modules[1].Path, "config.json");
        (ImmutableArray<Pooling> poolings, int? dimension) = ReadPooling(files, poolingConfig);
        (int? maxLength, bool lowerCase) = ReadTransformer(files, modules[0].Path);
        return new(file, modules[0].Path, poolingConfig, poolings, dimension, modules.Count > 2, maxLength, lowerCase);
    }

    /// <summary>Checks that the files agree with the checkpoint beside them.</summary>
    /// <exception cref="CheckpointFormatException">
    /// The pooling is for other vectors, or the tokenizer keeps capitals although texts are to be lower-cased.
    /// </exception>
    public void Require(Tokenizer tokenizer, ModelConfig config)
    {
        if (EmbeddingDimension is int dimension && dimension != config.HiddenSize)
        {
            throw new CheckpointFormatException(
                Source, $"the pooling is for vectors of {dimension}, the model's have {config.HiddenSize}");
        }

        // ALBERT's tokenizers lower-case by themselves; the module's own lower-casing is then without effect.
        bool keepsCapitals = !tokenizer.Encode("ALBERT").Ids.SequenceEqual(tokenizer.Encode("albert").Ids);
        if (LowerCase && keepsCapitals)
        {
            throw new CheckpointFormatException(
                Source, "do_lower_case in sentence_bert_config.json is not supported with a tokenizer that keeps capitals");
        }
    }

    /// <summary>The path of the checkpoint.</summary>
    /// <param name="files">Where the modules were read from.</param>
    /// <exception cref="CheckpointFormatException">A checkpoint was named, and the modules have another.</exception>
    public string TransformerIn(ModelFiles files)
    {
        if (TransformerPath.Length == 0)
            return files.Path;
        return Directory.Exists(files.Path)
            ? Path.Combine(files.Root, TransformerPath)
            : throw new CheckpointFormatException(Source, $"has its Transformer in {TransformerPath}, so that {files.Path} is none of its modules: name the directory {Path.GetDirectoryName(Source)}");
    }

    // In a model's directory, paths are written with slashes on every system.
    private static string In(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";

    // One file must not have two names.
    private static string Normal(string path) =>
        string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(folder => folder != "."));

    private static List<(string Kind, string Path)> ReadModules(string file, byte[] json)
    {
        using SettingsFile settings = SettingsFile.Parse(file, json, JsonValueKind.Array);
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
            modules.Add((kind, Normal(path)));
        }
        return modules;
    }

    private static (ImmutableArray<Pooling> Poolings, int? Dimension) ReadPooling(ModelFiles files, string config)
    {
        byte[] json = files.Read(config)
            ?? throw new CheckpointFormatException(files.Root, $"has no {config}, which its {FileName} asks for");
        using SettingsFile settings = SettingsFile.Parse(files.NameOf(config), json, JsonValueKind.Object);
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

    private static (int? MaxLength, bool LowerCase) ReadTransformer(ModelFiles files, string path)
    {
        foreach (string name in TransformerConfigs.Select(name => In(path, name)))
        {
            if (files.Read(name) is not byte[] json)
                continue;
            using SettingsFile settings = SettingsFile.Parse(files.NameOf(name), json, JsonValueKind.Object);
            return (settings.Number("max_seq_length"), settings.Flag("do_lower_case"));
        }
        return (null, false);
    }
}
