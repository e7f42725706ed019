namespace AlbertNative.Annotations;

/// <summary>Takes the vectors out of columns of annotations: each becomes a column of lists of vectors.</summary>
public sealed class EmbeddingsFinisher : PipelineStage
{
    private static readonly Parameter InputColsParameter = Parameter.Texts("inputCols", null);
    private static readonly Parameter OutputColsParameter = Parameter.Texts("outputCols", null);
    private static readonly Parameter OutputAsVectorParameter = Parameter.Flag("outputAsVector", false);
    private static readonly Parameter CleanAnnotationsParameter = Parameter.Flag("cleanAnnotations", false);

    /// <summary>The columns of vectors.</summary>
    public IReadOnlyList<string> InputCols
    {
        get => Get<IReadOnlyList<string>>(InputColsParameter) ?? [];
        init => Set(InputColsParameter, value);
    }

    /// <summary>As many columns to be written; where not set, <c>finished_</c> and the column's name.</summary>
    public IReadOnlyList<string> OutputCols
    {
        get => Get<IReadOnlyList<string>>(OutputColsParameter) ?? [.. InputCols.Select(column => "finished_" + column)];
        init => Set(OutputColsParameter, value);
    }

    /// <summary>Whether Spark is to have vectors of its machine-learning library; the numbers are the same.</summary>
    public bool OutputAsVector
    {
        get => Get<bool>(OutputAsVectorParameter);
        init => Set(OutputAsVectorParameter, value);
    }

    /// <summary>Whether all columns of annotations are dropped: not so by default, as in Python; Scala's default is the other.</summary>
    public bool CleanAnnotations
    {
        get => Get<bool>(CleanAnnotationsParameter);
        init => Set(CleanAnnotationsParameter, value);
    }

    private protected override IEnumerable<Parameter> OwnParameters =>
        [InputColsParameter, OutputColsParameter, OutputAsVectorParameter, CleanAnnotationsParameter];

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Validate();
        foreach (string column in InputCols)
        {
            string? type = FinishedColumns.Require(this, schema, column).Metadata?.AnnotatorType;
            if (!IsExact && type is not (AnnotatorTypes.WordEmbeddings or AnnotatorTypes.SentenceEmbeddings))
                throw new ArgumentException($"EmbeddingsFinisher '{Uid}': column '{column}' holds {type} annotations, which have no vectors");
        }
        FrameSchema output = schema;
        foreach (string column in OutputCols)
            output = output.With(new FrameColumn(column, ColumnKind.Vectors));
        return FinishedColumns.Clean(output, CleanAnnotations);
    }

    internal override void Validate()
    {
        base.Validate();
        RequireAsMany(InputCols, OutputCols);
    }

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        (string Input, string Output)[] columns = [.. InputCols.Zip(OutputCols)];
        string[] dropped = FinishedColumns.Dropped(frame.Schema, CleanAnnotations);
        foreach (AnnotationRow row in frame.Rows)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            AnnotationRow finished = row;
            foreach ((string input, string output) in columns)
                finished = finished.With(output, (ReadOnlyMemory<float>[])[.. row.Annotations(input).Select(a => a.Embeddings)]);
            yield return finished.Without(dropped);
        }
    }

    // A light pipeline has only annotations.
    internal override FrameSchema TransformLightSchema(FrameSchema schema) => schema;

    internal override IEnumerable<AnnotationRow> TransformLightRows(AnnotationFrame frame, StageCall call) => frame.Rows;
}
