using AlbertNative.Model;

namespace AlbertNative.Serving;

/// <summary>All that can be chosen when a model is loaded to be served.</summary>
public sealed record ServedModelOptions
{
    /// <summary>
    /// How it is opened. Its weights are copied unless this says otherwise, so that its file may be replaced under load: a mapped
    /// file that somebody overwrites ends the process.
    /// </summary>
    public TextModelOptions Model { get; init; } = new() { Weights = WeightAccess.Copied };

    /// <summary>How its vectors are made; null for what its files say.</summary>
    public EmbeddingOptions? Embedding { get; init; }

    /// <summary>The SHA-256 that it must have (<see cref="ServedModel.Sha256"/>), in hexadecimal; null for any.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether every check of <see cref="ModelVerifier"/> must pass before it is served; takes as long as opening it a few times.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Called with the opened, warm model before anyone can ask it; where it throws, the model is not served.</summary>
    public Action<ServedModel>? Check { get; init; }
}

/// <summary>A model could not be loaded to be served: what was served under its name before goes on.</summary>
public sealed class ModelLoadException : Exception
{
    /// <summary>Says what was wrong.</summary>
    public ModelLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was wrong.</summary>
    public ModelLoadException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
