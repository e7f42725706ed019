namespace AlbertNative.Annotations;

/// <summary>A column of a frame.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Metadata">What is known of its annotations; null for other columns.</param>
public sealed record FrameColumn(string Name, ColumnKind Kind, ColumnMetadata? Metadata = null);
