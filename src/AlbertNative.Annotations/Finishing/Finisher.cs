using System.Text;
using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>Takes the results out of columns of annotations: each becomes a column of lists of strings, or of strings.</summary>
public sealed class Finisher : PipelineStage
{
    private static readonly Parameter InputColsParameter = Parameter.Texts("inputCols", null);
    private static readonly Parameter OutputColsParameter = Parameter.Texts("outputCols", null);
    private static readonly Parameter ValueSplitSymbolParameter = Parameter.Text("valueSplitSymbol", "#");
    private static readonly Parameter AnnotationSplitSymbolParameter = Parameter.Text("annotationSplitSymbol", "@");
    private static readonly Parameter CleanAnnotationsParameter = Parameter.Flag("cleanAnnotations", true);
    private static readonly Parameter IncludeMetadataParameter = Parameter.Flag("includeMetadata", false);
    private static readonly Parameter OutputAsArrayParameter = Parameter.Flag("outputAsArray", true);
    private static readonly Parameter ParseEmbeddingsVectorsParameter = Parameter.Flag("parseEmbeddingsVectors", false);

    /// <summary>The columns of annotations.</summary>
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

    /// <summary>What is between the values of an annotation in a string.</summary>
    public string ValueSplitSymbol
    {
        get => Get<string>(ValueSplitSymbolParameter)!;
        init => Set(ValueSplitSymbolParameter, value);
    }

    /// <summary>What is between annotations in a string.</summary>
    public string AnnotationSplitSymbol
    {
        get => Get<string>(AnnotationSplitSymbolParameter)!;
        init => Set(AnnotationSplitSymbolParameter, value);
    }

    /// <summary>Whether all columns of annotations are dropped.</summary>
    public bool CleanAnnotations
    {
        get => Get<bool>(CleanAnnotationsParameter);
        init => Set(CleanAnnotationsParameter, value);
    }

    /// <summary>Whether metadata is written: into a column of its own, <c>_metadata</c> behind the name, or into the strings.</summary>
    public bool IncludeMetadata
    {
        get => Get<bool>(IncludeMetadataParameter);
        init => Set(IncludeMetadataParameter, value);
    }

    /// <summary>Whether columns hold lists of strings, not strings.</summary>
    public bool OutputAsArray
    {
        get => Get<bool>(OutputAsArrayParameter);
        init => Set(OutputAsArrayParameter, value);
    }

    /// <summary>Whether a vector is written where there is one, not the text.</summary>
    public bool ParseEmbeddingsVectors
    {
        get => Get<bool>(ParseEmbeddingsVectorsParameter);
        init => Set(ParseEmbeddingsVectorsParameter, value);
    }

    private protected override IEnumerable<Parameter> OwnParameters =>
    [
        InputColsParameter, OutputColsParameter, ValueSplitSymbolParameter, AnnotationSplitSymbolParameter,
        CleanAnnotationsParameter, IncludeMetadataParameter, OutputAsArrayParameter,
        ParseEmbeddingsVectorsParameter,
    ];

    private bool HasMetadataColumns => IncludeMetadata && OutputAsArray;

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Validate();
        FrameSchema output = schema;
        for (int i = 0; i < InputCols.Count; i++)
        {
            FinishedColumns.Require(this, schema, InputCols[i]);
            output = output.With(new FrameColumn(OutputCols[i], OutputAsArray ? ColumnKind.Texts : ColumnKind.Text));
            if (HasMetadataColumns)
                output = output.With(new FrameColumn(OutputCols[i] + "_metadata", ColumnKind.Pairs));
        }
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
            {
                IReadOnlyList<Annotation> annotations = row.Annotations(input);
                finished = finished.With(output, OutputAsArray ? Texts(annotations) : Text(annotations));
                if (HasMetadataColumns)
                {
                    finished = finished.With(
                        output + "_metadata", (KeyValuePair<string, string?>[])[.. annotations.SelectMany(a => a.Metadata)]);
                }
            }
            yield return finished.Without(dropped);
        }
    }

    // In a light pipeline it leaves its columns as they are, and drops the others.
    internal override FrameSchema TransformLightSchema(FrameSchema schema) =>
        schema.Without(column => !InputCols.Contains(column.Name));

    internal override IEnumerable<AnnotationRow> TransformLightRows(AnnotationFrame frame, StageCall call) => frame.Rows;

    private string[] Texts(IReadOnlyList<Annotation> annotations) => [.. annotations.Select(a => ValueOf(a, " "))];

    private string Text(IReadOnlyList<Annotation> annotations)
    {
        StringBuilder text = new();
        foreach (Annotation annotation in annotations)
        {
            if (text.Length > 0 || annotation != annotations[0])
                text.Append(AnnotationSplitSymbol);
            if (IncludeMetadata)
            {
                foreach ((string key, string? value) in annotation.Metadata)
                    text.Append(key).Append("->").Append(value).Append(ValueSplitSymbol);
                text.Append("result->");
            }
            text.Append(ValueOf(annotation, ValueSplitSymbol));
        }
        return text.ToString();
    }

    private string ValueOf(Annotation annotation, string separator) => ParseEmbeddingsVectors && !annotation.Embeddings.IsEmpty
        ? FloatText.Join(separator, annotation.Embeddings.Span)
        : annotation.Result;
}
