namespace AlbertNative.Cli;

/// <summary>A model that ships with the project, for commands that are told of none.</summary>
internal sealed class DefaultModel
{
    private DefaultModel(string name) => RelativePath = Path.Combine("weights", name);

    /// <summary>Words for masks, the order of sentences, and a vocabulary: English and Persian, small.</summary>
    public static DefaultModel Nano { get; } = new("albert-nano.safetensors");

    /// <summary>Vectors of English texts.</summary>
    public static DefaultModel MiniLM { get; } = new("all-MiniLM-L6-v2.safetensors");

    /// <summary>What a bank's customer wants, in English.</summary>
    public static DefaultModel BankingIntents { get; } = new("all-MiniLM-L6-v2-banking77.safetensors");

    /// <summary>Parts of speech of Persian words.</summary>
    public static DefaultModel PersianWords { get; } = new("albert-nano-fa-words.safetensors");

    /// <summary>Where it stands below the repository's or the installation's root.</summary>
    public string RelativePath { get; }

    /// <summary>Finds it in the folder of the program or the nearest one above.</summary>
    /// <exception cref="BadInputException">It is in none.</exception>
    public string Find()
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
