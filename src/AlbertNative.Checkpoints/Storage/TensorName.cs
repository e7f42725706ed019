namespace AlbertNative.Checkpoints;

/// <summary>A bound on names that come from files: they end up in error messages, several times over.</summary>
internal static class TensorName
{
    private const int MaxLength = 4096;

    /// <summary>Refuses a name of more than 4096 bytes or characters.</summary>
    public static void CheckLength(string path, long length)
    {
        if (length > MaxLength)
            throw new CheckpointFormatException(path, $"a name of {length} bytes, expected at most {MaxLength}");
    }
}
