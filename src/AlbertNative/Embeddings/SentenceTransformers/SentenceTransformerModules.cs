using System.Collections.Immutable;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative;

/// <summary>
/// The modules that sentence-transformers' <c>modules.json</c> lists: a Transformer, a Pooling, and what makes another
/// vector of the pooled one.
/// </summary>
/// <param name="Source">The <c>modules.json</c>, for errors.</param>
/// <param name="TransformerPath">Where below the model's directory the checkpoint itself is; mostly there, so empty.</param>
/// <param name="PoolingPath">The folder of the pooling module's file.</param>
/// <param name="Pooling">How tokens become one vector.</param>
/// <param name="TokenDimension">The length of a token's vector that the pooling was made for; null where it does not say.</param>
/// <param name="Vectors">The modules that follow, in order.</param>
/// <param name="VectorPaths">Their folders, as far as they have one.</param>
/// <param name="MaxSequenceLength">The most tokens of a text; null where the files do not say.</param>
/// <param name="LowerCase">Whether texts are lower-cased before they are tokenized.</param>
internal sealed record SentenceTransformerModules(
    string Source,
    string TransformerPath,
    string PoolingPath,
    TokenPooling Pooling,
    int? TokenDimension,
    ImmutableArray<IVectorModule> Vectors,
    ImmutableArray<string> VectorPaths,
    int? MaxSequenceLength,
    bool LowerCase)
{
    /// <summary>The file that lists the modules.</summary>
    public const string FileName = "modules.json";

    /// <summary>A module's own settings.</summary>
    public const string ModuleConfig = "config.json";

    /// <summary>The Transformer module's files; old models have theirs under the name of their architecture.</summary>
    public static readonly string[] TransformerConfigs = ["sentence_bert_config.json", "sentence_albert_config.json"];

    private static readonly string[] Kinds = ["Transformer", "Pooling", "Dense", "Normalize", "Dropout"];

    /// <summary>Reads a model's modules; null where it has no <c>modules.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">A file is malformed, or names a module or a pooling that is not supported.</exception>
    public static SentenceTransformerModules? Read(ModelFiles files)
    {
        if (files.Read(FileName) is not byte[] json)
            return null;

        string file = files.NameOf(FileName);
        List<(string Kind, string Path)> modules = ReadModules(file, json);
        if (modules.Count < 2 || modules[0].Kind != "Transformer" || modules[1].Kind != "Pooling"
            || modules.Skip(2).Any(module => module.Kind is "Transformer" or "Pooling"))
        {
            throw new CheckpointFormatException(
                file,
                $"expected Transformer, Pooling and perhaps Dense and Normalize, found {string.Join(", ", modules.Select(m => m.Kind))}");
        }

        (TokenPooling pooling, int? dimension) = ReadPooling(files, modules[1].Path);
        (int? maxLength, bool lowerCase) = ReadTransformer(files, modules[0].Path, TransformerUse.TokenEmbeddings);
        return new(
            file, modules[0].Path, modules[1].Path, pooling, dimension,
            [.. modules.Skip(2).Select(module => ReadVectorModule(files, module)).OfType<IVectorModule>()],
            [.. modules.Skip(2).Select(module => module.Path).Where(path => path.Length > 0)],
            maxLength, lowerCase);
    }

    /// <summary>Checks that the files agree with each other and with the checkpoint beside them.</summary>
    /// <exception cref="CheckpointFormatException">
    /// A module is for other vectors, or the tokenizer keeps capitals although texts are to be lower-cased.
    /// </exception>
    public void Require(Tokenizer tokenizer, ModelConfig config)
    {
        if (TokenDimension is int dimension && dimension != config.HiddenSize)
        {
            throw new CheckpointFormatException(
                Source, $"the pooling is for vectors of {dimension}, the model's have {config.HiddenSize}");
        }
        int size = Pooling.Modes.Length * config.HiddenSize;
        foreach (IVectorModule module in Vectors)
        {
            if (module.InputSize is int input && input != size)
                throw new CheckpointFormatException(Source, $"a Dense module is for vectors of {input}, those before it make {size}");
            size = module.OutputSize ?? size;
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

    /// <summary>The name of a file in a folder; in a model's directory, paths are written with slashes on every system.</summary>
    public static string In(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";

    // One file must not have two names.
    private static string Normal(string path) =>
        string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(folder => folder != "."));

    /// <summary>The modules of a <c>modules.json</c> in their order, each with its folder.</summary>
    /// <exception cref="CheckpointFormatException">The file is malformed, or names a module that is not supported.</exception>
    public static List<(string Kind, string Path)> ReadModules(string file, byte[] json)
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
            if (!Kinds.Contains(kind) || !type.StartsWith("sentence_transformers.", StringComparison.Ordinal))
                throw settings.Fault($"the module {type} is not supported, only {string.Join(", ", Kinds)} are");
            modules.Add((kind, Normal(path)));
        }
        return modules;
    }

    private static (TokenPooling Pooling, int? TokenDimension) ReadPooling(ModelFiles files, string path)
    {
        using SettingsFile settings = ReadConfig(files, path);
        return (TokenPooling.Read(settings), settings.Number("embedding_dimension") ?? settings.Number("word_embedding_dimension"));
    }

    // Null for what does nothing outside of training.
    private static IVectorModule? ReadVectorModule(ModelFiles files, (string Kind, string Path) module)
    {
        switch (module.Kind)
        {
            case "Dense":
                return DenseModule.Read(files, module.Path);
            case "Normalize":
                // Before sentence-transformers 6 it had no file.
                using (SettingsFile? settings = module.Path.Length == 0 ? null : SettingsFile.Read(files, In(module.Path, ModuleConfig)))
                    settings?.RequireVectorModule(module.Kind);
                return NormalizeModule.Instance;
            default:
                return null;
        }
    }

    /// <summary>What the Transformer module's own file says, where it has one.</summary>
    /// <exception cref="CheckpointFormatException">The file is malformed, or the module is there for something else.</exception>
    public static (int? MaxLength, bool LowerCase) ReadTransformer(ModelFiles files, string path, TransformerUse use)
    {
        foreach (string name in TransformerConfigs)
        {
            using SettingsFile? settings = SettingsFile.Read(files, In(path, name));
            if (settings is null)
                continue;
            settings.RequireText(settings.Root, "transformer_task", use.Task);
            settings.RequireText(settings.Root, "module_output_name", use.ModuleOutput);
            if (settings.Root.TryGetProperty("modality_config", out JsonElement modalities)
                && modalities.ValueKind == JsonValueKind.Object && modalities.TryGetProperty("text", out JsonElement text))
            {
                settings.RequireText(text, "method", "forward");
                settings.RequireText(text, "method_output_name", use.MethodOutput);
            }
            foreach (string other in (string[])["processing_kwargs", "query_length", "document_length", "query_expansion"])
                settings.RefuseIfSet(other);
            return (settings.Number("max_seq_length"), settings.Flag("do_lower_case"));
        }
        return (null, false);
    }

    /// <summary>Reads the settings that a module must have.</summary>
    /// <exception cref="CheckpointFormatException">There are none, or they are no JSON.</exception>
    public static SettingsFile ReadConfig(ModelFiles files, string path)
    {
        string name = In(path, ModuleConfig);
        return SettingsFile.Read(files, name)
            ?? throw new CheckpointFormatException(files.Root, $"has no {name}, which its {FileName} asks for");
    }
}
