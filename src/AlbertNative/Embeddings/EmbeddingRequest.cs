namespace AlbertNative;

/// <summary>What one call of a <see cref="TextEmbedder"/> asks for; whatever is not set follows the model and the embedder's options.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>Everything as the model's files and the embedder's options say.</summary>
    public static EmbeddingRequest Default { get; } = new();

    /// <summary>For queries.</summary>
    public static EmbeddingRequest Query { get; } = new() { Role = EmbeddingRole.Query };

    /// <summary>For what is searched.</summary>
    public static EmbeddingRequest Document { get; } = new() { Role = EmbeddingRole.Document };

    /// <summary>Chooses among the model's prompts where neither of the next two does.</summary>
    public EmbeddingRole Role { get; init; }

    /// <summary>The name of one of the model's prompts (<see cref="TextEmbedder.Prompts"/>).</summary>
    public string? PromptName { get; init; }

    /// <summary>A text that is put before each text; the empty one for no prompt at all.</summary>
    public string? Prompt { get; init; }

    /// <summary>
    /// Keeps this many leading numbers of each vector (Matryoshka embeddings), which keep their values unless
    /// <see cref="Normalize"/> says otherwise; in place of what the model's files say. Null for <see cref="TextEmbedder.Dimension"/>.
    /// </summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether vectors are in the end scaled to Euclidean length 1; null for what the embedder does.</summary>
    public bool? Normalize { get; init; }
}
