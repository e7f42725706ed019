namespace AlbertNative.Testing;

/// <summary>The models that ship with the project.</summary>
internal static class ShippedModels
{
    /// <summary>The default model: English and Persian, masked words and sentence order.</summary>
    public static string Nano { get; } = Find("albert-nano");

    /// <summary>English sentences as vectors.</summary>
    public static string MiniLM { get; } = Find("all-MiniLM-L6-v2");

    /// <summary>A head for what a bank's customer wants, on the same encoder.</summary>
    public static string BankingIntents { get; } = Find("all-MiniLM-L6-v2-banking77");

    /// <summary>Persian parts of speech.</summary>
    public static string Tagger { get; } = Find("albert-nano-fa-upos");

    /// <summary>Persian parts of speech of syntactic words, trained by this library.</summary>
    public static string WordTagger { get; } = Find("albert-nano-fa-words");

    private static string Find(string name) => Path.Combine(SharedFolder.Repository, "weights", name + ".safetensors");
}
