namespace AlbertNative.Checkpoints;

/// <summary>Finds out which container a path is, and opens it.</summary>
internal static class CheckpointContainer
{
    private const string NotFound =
        "holds no model.safetensors, model.safetensors.index.json, pytorch_model.bin or pytorch_model.bin.index.json";

    private static readonly string[] DirectoryNames =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    public static Checkpoint Open(string path)
    {
        if (!Directory.Exists(path))
            return OpenFile(path);
        foreach (string name in DirectoryNames)
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
                return OpenFile(file);
        }
        throw new CheckpointFormatException(path, NotFound);
    }

    private static Checkpoint OpenFile(string path) => Read(path, SafetensorsReader.Read);

    private static Checkpoint Read(string path, Func<MappedFile, Checkpoint> read)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            return read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
