namespace AlbertNative;

/// <summary>What a Transformer module of sentence-transformers is there for, in the words of its file.</summary>
/// <param name="Task">Its <c>transformer_task</c>.</param>
/// <param name="ModuleOutput">Its <c>module_output_name</c>.</param>
/// <param name="MethodOutput">What it takes of the model's outputs for a text.</param>
internal sealed record TransformerUse(string Task, string ModuleOutput, string MethodOutput)
{
    /// <summary>Vectors of tokens, to be pooled.</summary>
    public static TransformerUse TokenEmbeddings { get; } = new("feature-extraction", "token_embeddings", "last_hidden_state");

    /// <summary>Scores of pairs of texts.</summary>
    public static TransformerUse PairScores { get; } = new("sequence-classification", "scores", "logits");
}
