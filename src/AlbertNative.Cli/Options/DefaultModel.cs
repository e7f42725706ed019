namespace AlbertNative.Cli;

/// <summary>The model that ships with the project.</summary>
internal static class DefaultModel
{
    /// <summary>Where it stands below the repository's or the installation's root.</summary>
    public static readonly string RelativePath = Path.Combine("weights", "albert-nano.safetensors");

    /// <summary>Finds it in the folder of the program or the nearest one above.</summary>
    /// <exception cref="BadInputException">It is in none.</exception>
    public static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, RelativePath);
            if (File.Exists(path))
                return path;
        }
        throw new BadInputException($"no {RelativePath} in {AppContext.BaseDirectory} or above it: name a model with --model");
    }
}
