namespace AlbertNative.Annotations;

/// <summary>
/// What an annotator says about a part of a text, with Spark NLP's six fields. Positions count UTF-16 code units, as Java's and
/// .NET's strings do.
/// </summary>
/// <param name="annotatorType">The kind of annotation: one of <see cref="AnnotatorTypes"/>.</param>
/// <param name="begin">The first character.</param>
/// <param name="end">The last character, inclusive; <paramref name="begin"/> − 1 for an empty text.</param>
/// <param name="result">The text or the label.</param>
/// <param name="metadata">What the annotator adds, by its keys; kept, not copied.</param>
/// <param name="embeddings">The vector; empty where there is none.</param>
public sealed class Annotation(
    string annotatorType,
    int begin,
    int end,
    string result,
    IReadOnlyDictionary<string, string?> metadata,
    ReadOnlyMemory<float> embeddings = default)
{
    /// <summary>The kind of annotation.</summary>
    public string AnnotatorType { get; } = annotatorType;

    /// <summary>The first character.</summary>
    public int Begin { get; } = begin;

    /// <summary>The last character, inclusive.</summary>
    public int End { get; } = end;

    /// <summary>The text or the label.</summary>
    public string Result { get; } = result;

    /// <summary>What the annotator adds, by its keys.</summary>
    public IReadOnlyDictionary<string, string?> Metadata { get; } = metadata;

    /// <summary>The vector; empty where there is none.</summary>
    public ReadOnlyMemory<float> Embeddings { get; } = embeddings;

    /// <summary>The number of the sentence that the annotation says it belongs to.</summary>
    internal string Sentence => Metadata.TryGetValue("sentence", out string? sentence) && sentence is not null ? sentence : "0";

    /// <inheritdoc/>
    public override string ToString() => $"{AnnotatorType}[{Begin},{End}] {Result}";
}
