namespace AlbertNative.Benchmarks;

/// <summary>Files that benchmarks read: the shipped model, and real text where the reference folder is.</summary>
internal static class Repository
{
    /// <summary>The model in <c>weights/</c>.</summary>
    public static string Model { get; } = Path.Combine(Root(), "weights", "albert-nano.safetensors");

    /// <summary>all-MiniLM-L6-v2 in <c>weights/</c>.</summary>
    public static string MiniLM { get; } = Path.Combine(Root(), "weights", "all-MiniLM-L6-v2.safetensors");

    /// <summary>The reference folder, whether or not it is there.</summary>
    public static string Shared { get; } = Environment.GetEnvironmentVariable("ALBERTNATIVE_SHARED") is { Length: > 0 } named
        ? named
        : Path.Combine(Root(), "..", "shared");

    /// <summary>The lines of <c>corpora/LANGUAGE.txt</c> in the reference folder, or two dozen sentences of our own.</summary>
    public static string[] Lines(string language)
    {
        string corpus = Path.Combine(Shared, "corpora", language + ".txt");
        if (File.Exists(corpus))
            return File.ReadAllLines(corpus);
        string sentence = language == "fa"
            ? "این جمله برای سنجش سرعت نوشته شده است و مانند نوشته‌های روزانه چند واژهٔ کوتاه و بلند دارد."
            : "This sentence was written to be measured, and like everyday prose it has short and longer words.";
        return [.. Enumerable.Range(0, 24).Select(i => sentence[(i * 3)..] + " " + sentence)];
    }

    private static string Root()
    {
        // Benchmarks run from a folder below the one they were built in.
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "AlbertNative.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not below the repository");
    }
}
