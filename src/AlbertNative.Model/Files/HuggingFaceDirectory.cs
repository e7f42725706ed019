using AlbertNative.Checkpoints;

namespace AlbertNative.Model;

/// <summary>Hugging Face's layout: each part a file of a directory.</summary>
internal sealed class HuggingFaceDirectory(string path, string directory, Checkpoint? checkpoint = null, byte[]? inferredConfig = null)
    : ModelFiles(path, directory, checkpoint)
{
    // The largest parts beside the weights are vocabularies, of some ten megabytes.
    private const int MaxLength = 1 << 28;

    public override string? FileOf(string name)
    {
        string file = NameOf(name);
        return File.Exists(file) ? file : null;
    }

    public override byte[]? Read(string name)
    {
        if (FileOf(name) is not string file)
            return name == Config ? inferredConfig : null;
        return new FileInfo(file).Length <= MaxLength
            ? File.ReadAllBytes(file)
            : throw new CheckpointFormatException(file, $"longer than {MaxLength} bytes");
    }
}
