namespace AlbertNative.Annotations;

/// <summary>
/// Rows with their columns, in order: one partition of a Spark frame. Rows are lazy where their source is; a stage reads as
/// many as it needs at a time.
/// </summary>
/// <param name="schema">The columns, which every row has.</param>
/// <param name="rows">The rows.</param>
public sealed class AnnotationFrame(FrameSchema schema, IEnumerable<AnnotationRow> rows)
{
    /// <summary>The columns.</summary>
    public FrameSchema Schema { get; } = schema;

    /// <summary>The rows.</summary>
    public IEnumerable<AnnotationRow> Rows { get; } = rows;

    /// <summary>A frame of one column of texts.</summary>
    public static AnnotationFrame OfTexts(IEnumerable<string?> texts, string column = "text")
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new(
            new FrameSchema([new(column, ColumnKind.Text)]),
            texts.Select(text => new AnnotationRow([new(column, text)])));
    }
}
