using System.Buffers;
using System.Text;
using System.Text.Json;
using AlbertNative.Annotations;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace AlbertNative.Spark;

/// <summary>
/// Runs a pipeline over an Arrow stream, which is one partition: every row comes out once and in its order, in the batches it
/// came in, with all columns and behind them the pipeline's. A batch with very many vectors comes out in several.
/// </summary>
internal static class AnnotationStream
{
    // Offsets in Arrow's lists are 32 bits: a batch could hold 2 Gi floats at the very most.
    private const long MostVectorBytes = 64 << 20;

    /// <summary>Answers a stream.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="models">The models that stages name.</param>
    /// <param name="fallback">The pipeline for a stream that names none in its schema; null to refuse it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FormatException">The stream, the request or the pipeline cannot be used.</exception>
    /// <exception cref="ArgumentException">The pipeline does not fit the columns.</exception>
    public static void Answer(
        Stream input, Stream output, ModelPool models, Func<StreamRequest>? fallback, CancellationToken cancellationToken)
    {
        using BatchReader reader = new(input, cancellationToken);
        string? json = reader.Schema.Metadata?.GetValueOrDefault(StreamRequest.Key);
        StreamRequest request = json is not null
            ? StreamRequest.Parse(json)
            : fallback?.Invoke() ?? throw new StreamException($"the stream's schema has no request: the key \"{StreamRequest.Key}\" in its metadata");
        AnnotationPipeline pipeline = AnnotationPipeline.FromJson(request.Pipeline, models.Get);
        // Who asks for nothing does not ask for hashes, which take a reading of all weights.
        Dictionary<string, string> hashes = json is null
            ? []
            : pipeline.Stages.OfType<ModelAnnotator>().Select(stage => stage.Model.Name).Distinct().ToDictionary(name => name, models.HashOf);
        RequireSame(request.Models, hashes);
        FrameSchema before = StreamColumns.Input(reader.Schema, request.Columns);
        FrameSchema after = pipeline.TransformSchema(before);
        FrameColumn[] results = [.. after.Columns.Where(column => !before.Columns.Contains(column))];
        if (results.FirstOrDefault(column => reader.Schema.FieldsList.Any(field => field.Name == column.Name)) is { } taken)
            throw new StreamException($"the input has a column '{taken.Name}' already, which the pipeline would write");

        Schema schema = new(
            [.. reader.Schema.FieldsList, .. results.Select(StreamColumns.Field)],
            new Dictionary<string, string> { [StreamRequest.Key] = AnswerOf(results, hashes) });
        using ArrowStreamWriter writer = new(output, schema, leaveOpen: true);
        writer.WriteStart();
        output.Flush();
        try
        {
            Run(reader, pipeline, before, results, schema, batch =>
            {
                writer.WriteRecordBatch(batch);
                output.Flush();
            });
        }
        catch (OperationCanceledException)
        {
            reader.ThrowFailure();
            throw;
        }
        writer.WriteEnd();
        output.Flush();
    }

    private static void Run(
        BatchReader reader, AnnotationPipeline pipeline, FrameSchema before, FrameColumn[] results, Schema schema, Action<RecordBatch> write)
    {
        // Batches whose rows are on their way through the pipeline, which takes several rows together.
        Queue<RecordBatch> batches = new();
        IEnumerable<AnnotationRow> rows = Rows(reader, before, batches);
        List<AnnotationRow> pending = [];
        long bytes = 0;
        int first = 0;
        foreach (AnnotationRow row in pipeline.Transform(new AnnotationFrame(before, rows), reader.Stopped).Rows)
        {
            SkipEmpty(batches, schema, results, write);
            if (batches.Count == 0)
                throw MoreRows();
            pending.Add(row);
            bytes += StreamColumns.VectorBytes(row, results);
            RecordBatch batch = batches.Peek();
            bool isLast = first + pending.Count == batch.Length;
            if (!isLast && bytes < MostVectorBytes)
                continue;
            RecordBatch part = first == 0 && isLast ? batch : batch.Slice(first, pending.Count);
            write(new(schema, [.. part.Arrays, .. results.Select(column => StreamColumns.Array(column, pending))], pending.Count));
            first = isLast ? 0 : first + pending.Count;
            if (isLast)
                batches.Dequeue();
            pending.Clear();
            bytes = 0;
        }
        SkipEmpty(batches, schema, results, write);
        if (batches.Count > 0)
            throw MoreRows();
    }

    private static IEnumerable<AnnotationRow> Rows(BatchReader reader, FrameSchema columns, Queue<RecordBatch> batches)
    {
        foreach (RecordBatch batch in reader.Batches())
        {
            batches.Enqueue(batch);
            (FrameColumn, IArrowArray)[] arrays = StreamColumns.Of(batch, columns);
            for (int i = 0; i < batch.Length; i++)
                yield return Row(arrays, i);
        }
    }

    private static AnnotationRow Row((FrameColumn, IArrowArray)[] columns, int index)
    {
        try
        {
            return StreamColumns.Row(columns, index);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidCastException or InvalidOperationException or NullReferenceException)
        {
            throw new StreamException($"the input's row {index} of a batch is damaged: {e.Message}");
        }
    }

    private static void SkipEmpty(Queue<RecordBatch> batches, Schema schema, FrameColumn[] results, Action<RecordBatch> write)
    {
        while (batches.TryPeek(out RecordBatch? batch) && batch.Length == 0)
        {
            write(new(schema, [.. batch.Arrays, .. results.Select(column => StreamColumns.Array(column, []))], 0));
            batches.Dequeue();
        }
    }

    private static StreamException MoreRows() =>
        new("the pipeline does not make one row of each, as explodeSentences does: a stream's rows keep their number");

    // Another model than the driver's would give other numbers on this machine than on the next one.
    private static void RequireSame(IReadOnlyDictionary<string, string> wanted, Dictionary<string, string> found)
    {
        foreach ((string name, string hash) in found)
        {
            if (wanted.TryGetValue(name, out string? other) && other != hash)
            {
                throw new StreamException(
                    $"the model '{name}' is not the one that the pipeline was described with: its SHA-256 is {hash} here, and was {other} there");
            }
        }
    }

    // What is known of the new columns, and of the models that they come from.
    private static string AnswerOf(FrameColumn[] results, Dictionary<string, string> models)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("protocol", StreamRequest.Protocol);
            json.WriteString("version", StreamRequest.Version);
            json.WriteStartObject("columns");
            foreach (FrameColumn column in results)
            {
                json.WriteStartObject(column.Name);
                if (column.Metadata is ColumnMetadata metadata)
                {
                    json.WriteString("annotatorType", metadata.AnnotatorType);
                    if (metadata.Dimension is int dimension)
                        json.WriteNumber("dimension", dimension);
                    if (metadata.Ref is string reference)
                        json.WriteString("ref", reference);
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteStartObject("models");
            foreach ((string name, string hash) in models)
                json.WriteString(name, hash);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
