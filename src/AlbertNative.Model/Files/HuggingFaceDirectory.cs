using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Hugging Face's layout: each part a file of a directory.</summary>
internal sealed class HuggingFaceDirectory(string path, string directory, Checkpoint? checkpoint = null, byte[]? inferredConfig = null)
    : ModelFiles(path, directory, checkpoint)
{
    public override string? FileOf(string name)
    {
        string file = NameOf(name);
        return System.IO.Path.Exists(file) ? file : null;
    }

    public override byte[]? Read(string name) => FileOf(name) is { } file ? ReadFile(file) : name == Config ? inferredConfig : null;
}
