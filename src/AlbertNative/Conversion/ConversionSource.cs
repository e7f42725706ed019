using System.Globalization;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>What is converted: everything read but the weights' elements.</summary>
internal sealed class ConversionSource : IDisposable
{
    private readonly ModelFiles _files;
    private readonly ModelFiles _transformer;
    private readonly string? _configPath;

    private ConversionSource(ModelFiles files, ModelFiles transformer, SentenceTransformerModules? modules, string? configPath)
    {
        _files = files;
        _transformer = transformer;
        _configPath = configPath;
        Parts = ModelParts.Read(files, transformer, modules);
        Config = configPath is null ? transformer.ReadConfig() : ModelConfig.Load(configPath);
        if (configPath is not null)
            Parts.SetConfig(configPath);
    }

    public ModelParts Parts { get; }

    public ModelConfig Config { get; }

    public ModelProvenance? Provenance => _transformer.Provenance;

    /// <summary>How the source asks to be held; null where it does not.</summary>
    public WeightPrecision? Hold => _transformer.Precision;

    /// <summary>The lowest precision that the weights have been in.</summary>
    public string LowestPrecision => StoredPrecision.LowestOf(_transformer);

    /// <summary>Every file that goes in, by its name below the model's directory, with slashes on every system.</summary>
    public IEnumerable<KeyValuePair<string, string>> Files => PartFiles.Concat(
        _transformer.Checkpoint.FilePaths.Select(file => KeyValuePair.Create(NameBelowRoot(file) ?? Path.GetFileName(file), file)));

    /// <summary>Those of them that are not the weights.</summary>
    public IEnumerable<KeyValuePair<string, string>> PartFiles =>
        Parts.Files.Select(part => KeyValuePair.Create(NameOf(part.Key, part.Value), part.Value));

    /// <summary>The model on the hub whose place in the cache this is; else the directory's or file's name.</summary>
    public ModelOrigin Origin => ModelOrigin.OfCached(_files.Path)
        ?? new(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_files.Path))), null);

    /// <summary>Opens a source.</summary>
    /// <param name="path">The model.</param>
    /// <param name="configPath">Its configuration, where that is not the source's own.</param>
    /// <exception cref="FormatException">Something of it is malformed or not supported; names it.</exception>
    public static ConversionSource Open(string path, string? configPath = null)
    {
        ModelFiles files = ModelFiles.Open(path);
        ModelFiles transformer = files;
        try
        {
            // A cross-encoder's modules are its Transformer alone; what its files say is only checked here.
            SentenceTransformerModules? modules = null;
            if (CrossEncoderConfig.Describes(files))
                CrossEncoderConfig.Read(files);
            else
                modules = SentenceTransformerModules.Read(files);
            if (modules is { TransformerPath.Length: > 0 })
                transformer = ModelFiles.Open(modules.TransformerIn(files));
            return new(files, transformer, modules, configPath);
        }
        catch
        {
            transformer.Dispose();
            files.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a destination that is one of the files that are read, through whatever links.</summary>
    /// <exception cref="ArgumentException">It is one.</exception>
    public void RefuseInPlace(string destination)
    {
        // Some systems would replace the file below its mapping, others fail when everything is written.
        StringComparison comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        string real = RealPath(destination);
        if (Files.Any(file => string.Equals(RealPath(file.Value), real, comparison)))
            throw new ArgumentException($"{destination} is a file of the source: name another destination");
    }

    /// <summary>The weights as they are.</summary>
    public WeightSource Weights => WeightSource.From(_transformer.Checkpoint);

    /// <summary>Matches the weights with the configuration.</summary>
    /// <exception cref="CheckpointFormatException">They do not fit; names every fault.</exception>
    public ConvertedWeights Plan(WeightStorage storage, WeightSource? encoder = null) =>
        ConvertedWeights.Plan(Weights, Config, storage, encoder);

    /// <summary>What is to be written of the source, with nothing written yet.</summary>
    public ConversionSummary Summarize(ConvertedWeights weights, WeightStorage storage) => new()
    {
        Tensors = weights.Tensors,
        Dropped = weights.Dropped,
        Parts = [.. Parts.Contents.Keys],
        Classes = [.. weights.Architectures.Select(Config.NameOf)],
        Remarks = Remarks(weights, storage),
    };

    public void Dispose()
    {
        _transformer.Dispose();
        _files.Dispose();
    }

    private List<string> Remarks(ConvertedWeights weights, WeightStorage storage)
    {
        List<string> remarks = _transformer.Remark is string remark ? [remark] : [];
        foreach (string name in Config.Architectures)
        {
            if (!weights.Architectures.Any(architecture => Config.NameOf(architecture) == name))
                remarks.Add($"the configuration names {name}, whose tensors are not all there");
        }
        long rounded = _transformer.Checkpoint.Tensors.Count(tensor => tensor.Type == TensorType.I8);
        if (rounded > 0 && storage is not (WeightStorage.Int8 or WeightStorage.Int8All))
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{rounded} tensors of the source are in 8 bits and stay rounded"));
        if (!ModelFiles.Vocabularies.Any(Parts.Contents.ContainsKey))
            remarks.Add($"none of {string.Join(", ", ModelFiles.Vocabularies)} is there: the model takes ids, no text");
        return remarks;
    }

    // A configuration that the caller names stands for the model's, wherever it lies.
    private string NameOf(string part, string file) => file == _configPath ? part : NameBelowRoot(file) ?? part;

    private string? NameBelowRoot(string file)
    {
        string root = Directory.Exists(_files.Root) ? _files.Root : Path.GetDirectoryName(Path.GetFullPath(_files.Root))!;
        string name = Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/');
        return Path.IsPathRooted(name) || name.StartsWith("../", StringComparison.Ordinal) ? null : name;
    }

    private static string RealPath(string path)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not string parent)
            return full;
        string here = Path.Combine(RealPath(parent), Path.GetFileName(full));
        FileSystemInfo entry = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        return entry.Exists && entry.ResolveLinkTarget(returnFinalTarget: true) is FileSystemInfo target ? RealPath(target.FullName) : here;
    }
}
