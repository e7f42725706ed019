namespace AlbertNative.Annotations;

/// <summary>Makes a document of each of several columns of texts: a question and its context.</summary>
public sealed class MultiDocumentAssembler : PipelineStage
{
    private static readonly Parameter InputColsParameter = Parameter.Texts("inputCols", null);
    private static readonly Parameter OutputColsParameter = Parameter.Texts("outputCols", null);
    private static readonly Parameter CleanupModeParameter = Parameter.Text("cleanupMode", CleanupModes.Names.NameOf(CleanupMode.Disabled));

    /// <summary>The columns of texts.</summary>
    public IReadOnlyList<string> InputCols
    {
        get => Get<IReadOnlyList<string>>(InputColsParameter) ?? [];
        init => Set(InputColsParameter, value);
    }

    /// <summary>The columns of documents, as many.</summary>
    public IReadOnlyList<string> OutputCols
    {
        get => Get<IReadOnlyList<string>>(OutputColsParameter) ?? [];
        init => Set(OutputColsParameter, value);
    }

    /// <summary>What is done to white space.</summary>
    public CleanupMode CleanupMode
    {
        get => CleanupModes.Names.Parse(Get<string>(CleanupModeParameter)!);
        init => Set(CleanupModeParameter, CleanupModes.Names.NameOf(value));
    }

    private protected override IEnumerable<Parameter> OwnParameters => [InputColsParameter, OutputColsParameter, CleanupModeParameter];

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Validate();
        foreach (string column in InputCols)
            RequireColumn(schema, column);
        foreach (string column in OutputCols)
            schema = schema.With(new FrameColumn(column, ColumnKind.Annotations, new ColumnMetadata(AnnotatorTypes.Document)));
        return schema;
    }

    internal override void Validate()
    {
        base.Validate();
        _ = CleanupMode;
        RequireAsMany(InputCols, OutputCols);
    }

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        foreach (AnnotationRow row in frame.Rows)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            AnnotationRow assembled = row;
            for (int i = 0; i < InputCols.Count; i++)
                assembled = assembled.With(OutputCols[i], Assemble(row, InputCols[i], call.IsLight));
            yield return assembled;
        }
    }

    private Annotation[] Assemble(AnnotationRow row, string column, bool isLight)
    {
        string text = row[column] switch
        {
            null => "",
            string value => TextCleanup.Apply(CleanupMode, value),
            object other => throw new ArgumentException(
                $"MultiDocumentAssembler '{Uid}': column '{column}' holds {other.GetType().Name}, not texts"),
        };
        IReadOnlyDictionary<string, string?> metadata = isLight ? DocumentMetadata.None : DocumentMetadata.Of(0);
        return [new Annotation(AnnotatorTypes.Document, 0, text.Length - 1, text, metadata)];
    }
}
