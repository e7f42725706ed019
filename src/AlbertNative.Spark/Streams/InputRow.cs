using AlbertNative.Annotations;

namespace AlbertNative.Spark;

/// <summary>A row of the input.</summary>
/// <param name="Row">The row; null where no pipeline can take it.</param>
/// <param name="Failure">Why not; null where one can.</param>
internal readonly record struct InputRow(AnnotationRow? Row, string? Failure);
