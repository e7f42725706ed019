namespace AlbertNative;

/// <summary>The model of this package: a file that is copied beside the program that references it.</summary>
public static class MiniLMModel
{
    /// <summary>
    /// The full path of <c>models/all-MiniLM-L6-v2.safetensors</c>: one file with weights, configuration and tokenizer, for
    /// whatever loads a model from a path.
    /// </summary>
    /// <exception cref="FileNotFoundException">It was not copied along with the program.</exception>
    public static string Path
    {
        get
        {
            string path = System.IO.Path.Combine(AppContext.BaseDirectory, "models", "all-MiniLM-L6-v2.safetensors");
            return File.Exists(path)
                ? path
                : throw new FileNotFoundException($"{path} is missing: the folder models/ of a build or publish belongs beside the program", path);
        }
    }
}
