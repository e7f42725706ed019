using AlbertNative.Annotations.Java;

namespace AlbertNative.Annotations;

/// <summary>
/// A pipeline for single texts, without a frame: each is computed by itself. Documents have no metadata, and a sentence detector
/// gives all sentences of a text together. Any number of threads may share one.
/// </summary>
/// <param name="pipeline">The stages, of which the first assembles documents.</param>
/// <param name="parseEmbeddings">
/// Whether annotations keep their vectors, and <see cref="Annotate(string, CancellationToken)"/> gives them, as numbers with blanks
/// between them, instead of the words.
/// </param>
public sealed class LightPipeline(AnnotationPipeline pipeline, bool parseEmbeddings = false)
{
    /// <summary>The annotations of a text, by column.</summary>
    /// <exception cref="ArgumentException">The pipeline does not begin with a <see cref="DocumentAssembler"/>.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<Annotation>> FullAnnotate(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        string column = First<DocumentAssembler>().InputCol;
        return Run([new(column, text)], cancellationToken);
    }

    /// <summary>The annotations of a text and another, as a question and its context, by column.</summary>
    /// <exception cref="ArgumentException">The pipeline does not begin with a <see cref="MultiDocumentAssembler"/> of two columns.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<Annotation>> FullAnnotate(
        string first, string second, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        IReadOnlyList<string> columns = First<MultiDocumentAssembler>().InputCols;
        if (columns.Count != 2)
            throw new ArgumentException($"the pipeline assembles {columns.Count} texts, there are 2");
        return Run([new(columns[0], first), new(columns[1], second)], cancellationToken);
    }

    /// <summary>The same for each of several texts, in their order.</summary>
    /// <exception cref="ArgumentException">The pipeline does not begin with a <see cref="DocumentAssembler"/>.</exception>
    public IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<Annotation>>> FullAnnotate(
        IEnumerable<string> texts, CancellationToken cancellationToken = default) =>
        texts.Select(text => FullAnnotate(text, cancellationToken));

    /// <summary>The results of a text's annotations, by column.</summary>
    /// <exception cref="ArgumentException">The pipeline does not begin with a <see cref="DocumentAssembler"/>.</exception>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Annotate(string text, CancellationToken cancellationToken = default) =>
        FullAnnotate(text, cancellationToken).ToDictionary(
            column => column.Key,
            column => (IReadOnlyList<string>)[.. column.Value.Select(ResultOf)]);

    /// <summary>The same for each of several texts, in their order.</summary>
    /// <exception cref="ArgumentException">The pipeline does not begin with a <see cref="DocumentAssembler"/>.</exception>
    public IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<string>>> Annotate(
        IEnumerable<string> texts, CancellationToken cancellationToken = default) =>
        texts.Select(text => Annotate(text, cancellationToken));

    private IReadOnlyList<Annotation> WithoutVectors(IReadOnlyList<Annotation> annotations) =>
        parseEmbeddings || annotations.All(a => a.Embeddings.IsEmpty)
            ? annotations
            : [.. annotations.Select(a => new Annotation(a.AnnotatorType, a.Begin, a.End, a.Result, a.Metadata))];

    private string ResultOf(Annotation annotation) => parseEmbeddings && !annotation.Embeddings.IsEmpty
        ? FloatText.Join(" ", annotation.Embeddings.Span)
        : annotation.Result;

    private T First<T>()
        where T : PipelineStage =>
        pipeline.Stages[0] as T
        ?? throw new ArgumentException($"the pipeline begins with {pipeline.Stages[0].StageName}, expected {typeof(T).Name}");

    private Dictionary<string, IReadOnlyList<Annotation>> Run(
        KeyValuePair<string, object?>[] texts, CancellationToken cancellationToken)
    {
        FrameSchema schema = new(texts.Select(text => new FrameColumn(text.Key, ColumnKind.Text)));
        AnnotationFrame frame = new(schema, [new AnnotationRow(texts)]);
        StageCall call = new(IsLight: true, cancellationToken);
        foreach (PipelineStage stage in pipeline.Stages)
            frame = new AnnotationFrame(stage.TransformLightSchema(frame.Schema), stage.TransformLightRows(frame, call));
        AnnotationRow row = frame.Rows.Single();
        return frame.Schema.Columns.Where(column => column.Kind == ColumnKind.Annotations)
            .ToDictionary(column => column.Name, column => WithoutVectors(row.Annotations(column.Name)));
    }
}
