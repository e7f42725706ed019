using AlbertNative.Model;

namespace AlbertNative.LoadTest;

/// <summary>The models that are served.</summary>
internal static class Models
{
    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The shipped ALBERT.</summary>
    public static string Nano { get; } = Path.Combine(Root, "weights", "albert-nano.safetensors");

    /// <summary>Another of the same shape, to be exchanged for it.</summary>
    public static string Tagger { get; } = Path.Combine(Root, "weights", "albert-nano-fa-upos.safetensors");

    /// <summary>ONNX Runtime's 8-bit form of the base model, among the references.</summary>
    public static string Int8Peer => Path.Combine(Shared, "peers", "onnxruntime", "albert-base-synthetic-int8.onnx");

    /// <summary>Two models of the same tokens, to be exchanged for each other, by their short name.</summary>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    public static string[] PairOf(string name) => name switch
    {
        "nano" => [Nano, Tagger],
        "tiny" => [Synthetic("tiny-64", SyntheticModel.Tiny(64)), Synthetic("tiny-96", SyntheticModel.Tiny(96))],
        _ => throw new FileNotFoundException($"there are no two models called {name}; there are nano and tiny", name),
    };

    /// <summary>A model by its short name, or by its path.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static string Of(string name) => name switch
    {
        "nano" => Nano,
        "minilm" => Path.Combine(Root, "weights", "all-MiniLM-L6-v2.safetensors"),
        "tiny" => PairOf(name)[0],
        "base" => Synthetic("base-v2", SyntheticModel.Base),
        _ when Path.Exists(name) => name,
        _ => throw new FileNotFoundException($"{name} is neither nano, tiny, minilm, base nor a path", name),
    };

    private static string Shared => Environment.GetEnvironmentVariable("ALBERTNATIVE_SHARED") is { Length: > 0 } named
        ? named
        : Path.Combine(Root, "..", "shared");

    private static string Synthetic(string name, ModelConfig config) =>
        SyntheticModel.Write(Shared, Path.Combine(Path.GetTempPath(), $"albert-load-{name}"), config);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "AlbertNative.sln")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not below the repository");
    }
}
