namespace AlbertNative;

/// <summary>
/// How an index lies in a file: safetensors, so that anything that reads those reads its vectors, with a version in the metadata.
/// </summary>
internal static class VectorIndexFormat
{
    public const string VersionKey = "albertnative.index";
    public const string Version = "1";

    /// <summary>The entry that says what vectors are compared by.</summary>
    public const string SimilarityKey = "similarity";

    /// <summary>F32 [texts, dimension].</summary>
    public const string Vectors = "vectors";

    /// <summary>U8 [bytes]: the texts in UTF-8, one after the other.</summary>
    public const string Texts = "texts";

    /// <summary>I64 [texts]: where in the bytes each text ends.</summary>
    public const string TextEnds = "text_ends";

    /// <summary>F32 [dimension]: the vector of <see cref="ProbeText"/>, by which an index knows its model.</summary>
    public const string Probe = "probe";

    /// <summary>
    /// A text whose vector depends on all that makes vectors: weights, tokenizer with case and punctuation, pooling, prompts.
    /// </summary>
    public const string ProbeText = "The quick brown fox, aged 7, doesn't JUMP over the lazy dog: شاه به تهران رفت!";

    /// <summary>
    /// The least cosine of two vectors of the probe by one model: held in 8 bits it makes others than in single precision, and
    /// the least that was seen over many texts is 0.991.
    /// </summary>
    public const double LeastProbeCosine = 0.98;
}
