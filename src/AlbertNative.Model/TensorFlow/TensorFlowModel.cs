using AlbertNative.Checkpoints;

namespace AlbertNative.Model.TensorFlow;

/// <summary>
/// A TensorFlow 1 checkpoint of google-research's ALBERT or BERT, as Google publishes it or a training run or a SavedModel
/// leaves it: the tensors under Hugging Face's names and oriented as its, the configuration as its <c>config.json</c>, the
/// vocabulary by its name. The bits of the weights are those of the file.
/// </summary>
internal sealed class TensorFlowModel : ModelFiles
{
    private const string VocabularyPattern = "*.model";

    private readonly byte[]? _config;
    private readonly string[] _directories;

    private TensorFlowModel(string path, string[] directories, Checkpoint checkpoint, byte[]? config, string? remark)
        : base(path, directories[0], checkpoint)
    {
        _directories = directories;
        _config = config;
        Remark = remark;
    }

    /// <summary>What was decided that the files do not say; null where they say everything.</summary>
    public override string? Remark { get; }

    /// <summary>True where what <see cref="Checkpoint.Find"/> has found is a TensorFlow checkpoint.</summary>
    public static bool Is(string weights) => weights.EndsWith(".index", StringComparison.Ordinal);

    /// <summary>Opens a checkpoint, or the directory of one.</summary>
    /// <param name="path">The path that was given.</param>
    /// <param name="index">The checkpoint's index, which it leads to.</param>
    /// <exception cref="CheckpointFormatException">It is damaged, or that of something else.</exception>
    public static TensorFlowModel Load(string path, string index)
    {
        using Checkpoint variables = Checkpoint.Open(index);
        string[] directories = FindDirectories(variables.Source);
        TensorFlowVariables tensors = new(variables);
        List<string> remarks = [];
        byte[]? config = null;
        if (!File.Exists(System.IO.Path.Combine(directories[0], Config)) && TensorFlowConfig.Find(directories) is { } google)
        {
            config = TensorFlowConfig.Convert(google, tensors, out bool isGeluRead);
            if (isGeluRead)
                remarks.Add($"\"gelu\" of {System.IO.Path.GetFileName(google)} is read as the tanh form (gelu_new), which Google's code computes");
        }
        if (tensors.HasIdentityProjection)
            remarks.Add("the embeddings have the hidden size and are not projected: the projection is the identity");
        string? remark = remarks.Count == 0 ? null : string.Join("; ", remarks);
        return new TensorFlowModel(path, directories, variables.Detach(tensors.Tensors), config, remark);
    }

    /// <inheritdoc/>
    public override string? FileOf(string name)
    {
        foreach (string directory in _directories)
        {
            string file = System.IO.Path.Combine(directory, name);
            if (System.IO.Path.Exists(file))
                return file;
            // Google's is called after its size, as in 30k-clean.model.
            if (name == SentencePieceModel && Directory.Exists(directory) && Directory.GetFiles(directory, VocabularyPattern) is [var vocabulary])
                return vocabulary;
        }
        return null;
    }

    /// <inheritdoc/>
    public override byte[]? Read(string name) => FileOf(name) is { } file ? ReadFile(file) : name == Config ? _config : null;

    // A SavedModel has its checkpoint in a directory of its own, and the files of its program in another.
    private static string[] FindDirectories(string index)
    {
        string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(index))!;
        string parent = System.IO.Path.GetDirectoryName(directory) ?? directory;
        return System.IO.Path.GetFileName(directory) == "variables" && File.Exists(System.IO.Path.Combine(parent, "saved_model.pb"))
            ? [parent, System.IO.Path.Combine(parent, "assets")]
            : [directory];
    }
}
