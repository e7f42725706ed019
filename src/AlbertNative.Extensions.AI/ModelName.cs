namespace AlbertNative.Extensions.AI;

/// <summary>What a model is called where nobody has named it.</summary>
internal static class ModelName
{
    private const string Extension = ".safetensors";

    /// <summary>The last part of a path, without <c>.safetensors</c>.</summary>
    public static string Of(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        return name.EndsWith(Extension, StringComparison.Ordinal) ? name[..^Extension.Length] : name;
    }
}
