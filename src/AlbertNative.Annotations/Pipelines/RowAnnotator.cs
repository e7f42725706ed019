namespace AlbertNative.Annotations;

/// <summary>An annotator that looks at one row at a time.</summary>
public abstract class RowAnnotator : Annotator
{
    private protected RowAnnotator()
    {
    }

    /// <summary>The annotations for those of a row's input columns, which come one column after the other.</summary>
    public abstract IReadOnlyList<Annotation> Annotate(IReadOnlyList<Annotation> annotations);

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        foreach (AnnotationRow row in frame.Rows)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            yield return row.With(OutputCol, Annotate(InputsOf(row)));
        }
    }
}
