namespace AlbertNative.Annotations;

/// <summary>What the two finishers have in common.</summary>
internal static class FinishedColumns
{
    /// <exception cref="ArgumentException">There is no such column, or it holds no annotations.</exception>
    public static FrameColumn Require(PipelineStage stage, FrameSchema schema, string column) =>
        schema.Find(column) is { Kind: ColumnKind.Annotations } found
            ? found
            : throw new ArgumentException($"{stage.StageName} '{stage.Uid}': there is no column '{column}' of annotations");

    /// <summary>The schema without columns of annotations, where those are to be dropped.</summary>
    public static FrameSchema Clean(FrameSchema schema, bool clean) =>
        clean ? schema.Without(column => column.Kind == ColumnKind.Annotations) : schema;

    /// <summary>The names of the columns that are dropped.</summary>
    public static string[] Dropped(FrameSchema schema, bool clean) =>
        clean ? [.. schema.Columns.Where(column => column.Kind == ColumnKind.Annotations).Select(column => column.Name)] : [];
}
