namespace AlbertNative.Checkpoints;

/// <summary>Finds out which container a path is, and opens it.</summary>
internal static class CheckpointContainer
{
    private const int TarMagicAt = 257;
    private const int MagicLength = 262;

    private const string NotFound =
        "holds no model.safetensors, model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json or TensorFlow checkpoint";

    private static readonly string[] DirectoryNames =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    public static Checkpoint Open(string path)
    {
        string file = Find(path) ?? (Directory.Exists(path) ? throw new CheckpointFormatException(path, NotFound) : path);
        if (file.EndsWith(TensorFlowFiles.IndexEnding, StringComparison.Ordinal))
            return BundleReader.Open(file);
        return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ShardIndex.Open(file) : OpenTensors(file);
    }

    /// <summary>The file that is opened for a path; null where there is none.</summary>
    public static string? Find(string path)
    {
        if (!Directory.Exists(path))
            return TensorFlowFiles.FindIndex(path) ?? (File.Exists(path) ? path : null);
        foreach (string name in DirectoryNames)
        {
            string file = Path.Combine(path, name);
            if (File.Exists(file))
                return file;
        }
        return TensorFlowFiles.FindIn(path);
    }

    /// <summary>Opens one file that is not an index.</summary>
    public static Checkpoint OpenTensors(string path)
    {
        MappedFile file = MappedFile.Open(path);
        try
        {
            return ReadTensors(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Checkpoint ReadTensors(MappedFile file)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(file.Length, MagicLength)];
        using (StorageLease lease = file.Lease(0, start.Length))
            lease.Span.CopyTo(start);
        // The name goes first: the length that opens a safetensors file may look like anything.
        if (file.Path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && !start.StartsWith(GitLfs))
            return SafetensorsReader.Read(file);
        if (ZipDirectory.IsZip(start))
            return TorchZipReader.Read(file);
        if (start.StartsWith(TorchLegacyReader.Magic))
            return TorchLegacyReader.Read(file);
        if (start is [_, _, _, _, _, _, _, 0, (byte)'{' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n', ..])
            return SafetensorsReader.Read(file);
        if (file.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
            throw new CheckpointFormatException(file.Path, "an ONNX file holds a program, not named weights: convert it first");
        throw new CheckpointFormatException(file.Path, $"expected safetensors or a PyTorch file, found {Describe(file.Path, start)}");
    }

    private static ReadOnlySpan<byte> GitLfs => "version https://git-lfs"u8;

    private static string Describe(string path, ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
            return "an empty file, or a pipe or a device";
        if (start.StartsWith(GitLfs))
            return "a Git LFS pointer: the file itself has not been fetched";
        if (start.Length == MagicLength && start[TarMagicAt..].StartsWith("ustar"u8))
            return "a tar archive: the form that PyTorch wrote before version 0.1.10 is not supported";
        if (start is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
            return "an HDF5 file (Keras weights), which is not supported";
        if (start[0] == 0x08 && path.EndsWith(TensorFlowFiles.SavedModel, StringComparison.Ordinal))
            return "the graph of a TensorFlow SavedModel: open its directory, whose variables hold the weights";
        if (start[0] == 0x80)
            return "a pickle that torch.save did not write";
        return $"a file that begins with {Convert.ToHexString(start[..Math.Min(8, start.Length)])}";
    }
}
