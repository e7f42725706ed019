namespace AlbertNative.Annotations;

/// <summary>Whose numbers and whose faults a stage follows.</summary>
public enum AnnotationMode
{
    /// <summary>
    /// Spark NLP's semantics, each text by itself: what it gives with a batch size of 1. Its faults are mended.
    /// </summary>
    SparkNlp,

    /// <summary>
    /// Spark NLP 5.5.3 with its faults: padding that takes part in the attention, results that depend on the batch. For
    /// comparing with numbers that it has given, nothing else.
    /// </summary>
    SparkNlpExact,

    /// <summary>Pieces, masks and vectors as Hugging Face's tokenizer and model give them.</summary>
    HuggingFace,
}
