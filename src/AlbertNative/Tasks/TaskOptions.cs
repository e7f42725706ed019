namespace AlbertNative;

/// <summary>How texts meet a task's model; what a single call can choose is in that call, what the model is in its opening.</summary>
public sealed record TaskOptions
{
    /// <summary>Everything as the model's files say; texts that are too long are refused.</summary>
    public static TaskOptions Default { get; } = new();

    /// <summary>
    /// The most tokens of an input, special tokens included. Null: what the model's positions, its tokenizer's
    /// <c>model_max_length</c> and sentence-transformers' <c>max_seq_length</c> allow, whichever is least.
    /// </summary>
    public int? MaxLength { get; init; }

    /// <summary>What happens to longer texts.</summary>
    public Overlong Overlong { get; init; } = Overlong.Refuse;

    /// <summary>
    /// About how many tokens of a stream of texts go through the model at once. More take more memory and give each
    /// thread more to do; results do not depend on it.
    /// </summary>
    public int BatchTokens { get; init; } = 2048;
}
