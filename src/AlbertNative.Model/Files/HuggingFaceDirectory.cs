using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Hugging Face's layout: each part a file of a directory.</summary>
internal sealed class HuggingFaceDirectory : ModelFiles
{
    private readonly byte[]? _inferredConfig;

    /// <summary>A directory.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="weights">The file in it that holds the tensors, or lists those that do; null where there is none.</param>
    public HuggingFaceDirectory(string path, string? weights)
        : base(path, path, weights ?? path)
    {
    }

    /// <summary>A checkpoint file, whose other parts lie beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="directory">Where it lies.</param>
    /// <param name="checkpoint">Its tensors.</param>
    /// <param name="inferredConfig">The configuration, where the directory may have none.</param>
    public HuggingFaceDirectory(string path, string directory, Checkpoint checkpoint, byte[]? inferredConfig = null)
        : base(path, directory, checkpoint) => _inferredConfig = inferredConfig;

    public override string? FileOf(string name)
    {
        string file = NameOf(name);
        return System.IO.Path.Exists(file) ? file : null;
    }

    public override byte[]? Read(string name) => FileOf(name) is { } file ? ReadFile(file) : name == Config ? _inferredConfig : null;
}
