namespace AlbertNative.Annotations;

/// <summary>What Spark NLP's stages want to know of a column of annotations, by which each checks its input.</summary>
/// <param name="AnnotatorType">The kind of its annotations.</param>
/// <param name="Dimension">The length of its vectors as the stage was told it; null where it has none.</param>
/// <param name="Ref">Which model the vectors are of (<c>storageRef</c>); null where it has none.</param>
public sealed record ColumnMetadata(string AnnotatorType, int? Dimension = null, string? Ref = null);
