namespace AlbertNative.Annotations;

/// <summary>A stage that makes one column of annotations of others.</summary>
public abstract class Annotator : PipelineStage
{
    private static readonly Parameter InputColsParameter = Parameter.Texts("inputCols", null);
    private static readonly Parameter OutputColParameter = Parameter.Text("outputCol");

    private protected Annotator()
    {
    }

    /// <summary>The columns that it reads, as many as <see cref="InputTypes"/>, in any order.</summary>
    public IReadOnlyList<string> InputCols
    {
        get => Get<IReadOnlyList<string>>(InputColsParameter) ?? [];
        init => Set(InputColsParameter, value);
    }

    /// <summary>The column that it writes; as Spark NLP, one named after the stage where it is not set.</summary>
    public string OutputCol
    {
        get => Get<string>(OutputColParameter) ?? Uid + "_output";
        init => Set(OutputColParameter, value);
    }

    /// <summary>The kinds of annotations that it needs.</summary>
    public abstract IReadOnlyList<string> InputTypes { get; }

    /// <summary>The kind of annotations that it makes.</summary>
    public abstract string OutputType { get; }

    private protected override IEnumerable<Parameter> OwnParameters => [InputColsParameter, OutputColParameter, .. AnnotatorParameters];

    private protected abstract IEnumerable<Parameter> AnnotatorParameters { get; }

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Validate();
        CheckInputs(schema);
        return schema.With(new FrameColumn(OutputCol, ColumnKind.Annotations, OutputMetadata(schema)));
    }

    /// <summary>What is known of the column that it makes.</summary>
    private protected virtual ColumnMetadata OutputMetadata(FrameSchema schema) => new(OutputType);

    internal override void Validate()
    {
        base.Validate();
        if (InputCols.Count != InputTypes.Count)
        {
            throw new ArgumentException($"{StageName} '{Uid}' has {InputCols.Count} input columns, " +
                $"it needs {InputTypes.Count}: {string.Join(", ", InputTypes)}");
        }
    }

    /// <summary>The annotations of all input columns, one column after the other.</summary>
    private protected IReadOnlyList<Annotation> InputsOf(AnnotationRow row) =>
        [.. InputCols.SelectMany(row.Annotations)];

    private protected static IEnumerable<Annotation> OfType(IEnumerable<Annotation> annotations, string type) =>
        annotations.Where(annotation => annotation.AnnotatorType == type);

    private void CheckInputs(FrameSchema schema)
    {
        foreach (string column in InputCols)
            RequireColumn(schema, column);
        foreach (string type in InputTypes.Distinct())
        {
            if (!InputCols.Any(column => schema.Find(column)!.Metadata?.AnnotatorType == type))
            {
                throw new ArgumentException(
                    $"{StageName} '{Uid}': none of the columns {string.Join(", ", InputCols)} holds {type} annotations");
            }
        }
    }
}
