using AlbertNative.Annotations;

namespace AlbertNative.Spark;

/// <summary>A row with its results.</summary>
/// <param name="Row">The row that the pipeline gave; null where it failed on it.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
internal readonly record struct AnsweredRow(AnnotationRow? Row, string? Failure);
