namespace AlbertNative.Annotations;

/// <summary>The kinds of annotations, by Spark NLP's names.</summary>
public static class AnnotatorTypes
{
    /// <summary>Documents and sentences.</summary>
    public const string Document = "document";

    /// <summary>Tokens.</summary>
    public const string Token = "token";

    /// <summary>A vector for each token.</summary>
    public const string WordEmbeddings = "word_embeddings";

    /// <summary>A vector for each sentence.</summary>
    public const string SentenceEmbeddings = "sentence_embeddings";

    /// <summary>Labels of sentences.</summary>
    public const string Category = "category";

    /// <summary>Labels of tokens.</summary>
    public const string NamedEntity = "named_entity";

    /// <summary>Parts of a text: entities, answers.</summary>
    public const string Chunk = "chunk";
}
