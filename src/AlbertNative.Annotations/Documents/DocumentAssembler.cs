namespace AlbertNative.Annotations;

/// <summary>
/// Makes a document of each text: where a pipeline begins. A text that is null is an empty document; of a list of texts each
/// becomes a document. Positions count from the start of the cleaned text.
/// </summary>
public sealed class DocumentAssembler : PipelineStage
{
    private static readonly Parameter InputColParameter = Parameter.Text("inputCol");
    private static readonly Parameter OutputColParameter = Parameter.Text("outputCol", "document");
    private static readonly Parameter IdColParameter = Parameter.Text("idCol");
    private static readonly Parameter MetadataColParameter = Parameter.Text("metadataCol");
    private static readonly Parameter CleanupModeParameter = Parameter.Text("cleanupMode", CleanupModes.Names.NameOf(CleanupMode.Disabled));

    /// <summary>The column of texts, or of lists of texts.</summary>
    public string InputCol
    {
        get => Get<string>(InputColParameter) ?? "text";
        init => Set(InputColParameter, value);
    }

    /// <summary>The column of documents.</summary>
    public string OutputCol
    {
        get => Get<string>(OutputColParameter)!;
        init => Set(OutputColParameter, value);
    }

    /// <summary>The column whose value becomes the metadata <c>id</c>; null for none.</summary>
    public string? IdCol
    {
        get => Get<string>(IdColParameter);
        init => Set(IdColParameter, value);
    }

    /// <summary>The column of maps whose entries become metadata; null for none.</summary>
    public string? MetadataCol
    {
        get => Get<string>(MetadataColParameter);
        init => Set(MetadataColParameter, value);
    }

    /// <summary>What is done to white space.</summary>
    public CleanupMode CleanupMode
    {
        get => CleanupModes.Names.Parse(Get<string>(CleanupModeParameter)!);
        init => Set(CleanupModeParameter, CleanupModes.Names.NameOf(value));
    }

    private protected override IEnumerable<Parameter> OwnParameters =>
        [InputColParameter, OutputColParameter, IdColParameter, MetadataColParameter, CleanupModeParameter];

    /// <inheritdoc/>
    public override FrameSchema TransformSchema(FrameSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Validate();
        foreach (string? column in (string?[])[InputCol, IdCol, MetadataCol])
        {
            if (column is not null)
                RequireColumn(schema, column);
        }
        return schema.With(new FrameColumn(OutputCol, ColumnKind.Annotations, new ColumnMetadata(AnnotatorTypes.Document)));
    }

    internal override void Validate()
    {
        base.Validate();
        _ = CleanupMode;
    }

    internal override IEnumerable<AnnotationRow> TransformRows(AnnotationFrame frame, StageCall call)
    {
        foreach (AnnotationRow row in frame.Rows)
        {
            call.CancellationToken.ThrowIfCancellationRequested();
            yield return row.With(OutputCol, Assemble(row, call.IsLight));
        }
    }

    private Annotation[] Assemble(AnnotationRow row, bool isLight) => row[InputCol] switch
    {
        null => [DocumentOf("", MetadataOf(row, isLight))],
        string text => [DocumentOf(text, MetadataOf(row, isLight))],
        IEnumerable<string?> texts => [.. texts.Select((text, i) => DocumentOf(text ?? "", DocumentMetadata.Of(i)))],
        object other => throw new ArgumentException(
            $"DocumentAssembler '{Uid}': column '{InputCol}' holds {other.GetType().Name}, not texts"),
    };

    private Annotation DocumentOf(string text, IReadOnlyDictionary<string, string?> metadata)
    {
        string cleaned = TextCleanup.Apply(CleanupMode, text);
        return new Annotation(AnnotatorTypes.Document, 0, cleaned.Length - 1, cleaned, metadata);
    }

    private IReadOnlyDictionary<string, string?> MetadataOf(AnnotationRow row, bool isLight)
    {
        if (isLight)
            return DocumentMetadata.None;
        if (IdCol is null && MetadataCol is null)
            return DocumentMetadata.Of(0);
        Dictionary<string, string?> metadata = [];
        if (MetadataCol is not null)
        {
            IEnumerable<KeyValuePair<string, string?>> entries = row[MetadataCol] as IEnumerable<KeyValuePair<string, string?>>
                ?? throw new ArgumentException($"DocumentAssembler '{Uid}': column '{MetadataCol}' holds no map of strings in one of its rows");
            foreach ((string key, string? value) in entries)
                metadata[key] = value;
        }
        if (IdCol is not null)
            metadata["id"] = row[IdCol]?.ToString();
        metadata["sentence"] = "0";
        return metadata;
    }
}
