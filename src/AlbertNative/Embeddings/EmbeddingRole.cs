namespace AlbertNative;

/// <summary>What a text is embedded as, where a model was trained to tell queries from documents.</summary>
public enum EmbeddingRole
{
    /// <summary>Neither: the model's default prompt, if it has one.</summary>
    None,

    /// <summary>A query: the prompt that the model calls <c>query</c>, else its default.</summary>
    Query,

    /// <summary>
    /// What is searched: the prompt that the model calls <c>document</c>, <c>passage</c> or <c>corpus</c> (the first that
    /// it has), else its default.
    /// </summary>
    Document,
}
