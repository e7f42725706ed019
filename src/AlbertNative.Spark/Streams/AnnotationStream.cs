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
    /// <summary>Answers a stream.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="output">Where the answer goes.</param>
    /// <param name="models">The models that stages name.</param>
    /// <param name="fallback">The pipeline for a stream that names none in its schema; null to refuse it.</param>
    /// <param name="counts">Counts what is answered.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FormatException">The stream, the request or the pipeline cannot be used, or the pipeline fails on a row.</exception>
    /// <exception cref="ArgumentException">The pipeline does not fit the columns.</exception>
    public static void Answer(
        Stream input, Stream output, ModelPool models, Func<StreamRequest>? fallback, StreamCounts counts, CancellationToken cancellationToken)
    {
        using BatchReader reader = new(input, cancellationToken);
        string? json = reader.Schema.Metadata?.GetValueOrDefault(StreamRequest.Key);
        StreamRequest request = json is not null
            ? StreamRequest.Parse(json)
            : fallback?.Invoke() ?? throw new StreamException($"the stream's schema has no request: the key \"{StreamRequest.Key}\" in its metadata");
        counts.Task = request.Task;
        try
        {
            Answer(reader, output, models, request, describesModels: json is not null, counts);
        }
        catch (Exception e) when (e is FormatException or ArgumentException && request.Task is not null)
        {
            throw new StreamException($"{e.Message} ({request.Task})") { WithoutText = e is StreamException refused ? refused.WithoutText : e.Message };
        }
    }

    private static void Answer(
        BatchReader reader, Stream output, ModelPool models, StreamRequest request, bool describesModels, StreamCounts counts)
    {
        AnnotationPipeline pipeline = AnnotationPipeline.FromJson(request.Pipeline, models.Get);
        RequireRowsAlone(pipeline, request);
        // Who asks for nothing does not ask for hashes, which take a reading of all weights.
        Dictionary<string, string> hashes = describesModels
            ? pipeline.Stages.OfType<ModelAnnotator>().Select(stage => stage.Model.Name).Distinct().ToDictionary(name => name, models.HashOf)
            : [];
        RequireSame(request.Models, hashes);
        FrameSchema before = StreamColumns.Input(
            reader.Schema, request.Columns, pipeline.Stages.OfType<DocumentAssembler>().Select(stage => stage.IdCol).OfType<string>());
        AnswerColumns answer = new(reader.Schema, before, SchemaAfter(pipeline, before, reader.Schema), request);
        Schema schema = new(
            [.. reader.Schema.FieldsList, .. answer.Fields],
            new Dictionary<string, string> { [StreamRequest.Key] = AnswerOf(answer.Results, hashes) });
        using ArrowStreamWriter writer = new(output, schema, leaveOpen: true);
        writer.WriteStart();
        output.Flush();
        try
        {
            StreamRun run = new(reader, pipeline, before, request, answer, counts, schema, batch =>
            {
                writer.WriteRecordBatch(batch);
                output.Flush();
            });
            run.Run();
        }
        catch (OperationCanceledException)
        {
            reader.ThrowFailure();
            throw;
        }
        writer.WriteEnd();
        output.Flush();
    }

    private static FrameSchema SchemaAfter(AnnotationPipeline pipeline, FrameSchema before, Schema input)
    {
        try
        {
            return pipeline.TransformSchema(before);
        }
        catch (ArgumentException e) when (input.FieldsList.Any(field => before.Find(field.Name) is null))
        {
            IEnumerable<string> others = input.FieldsList.Where(field => before.Find(field.Name) is null).Select(field => $"{field.Name} ({field.DataType.Name})");
            throw new StreamException($"{e.Message}; of the input's columns no stage can read {string.Join(", ", others)}");
        }
    }

    // Where a row's numbers depend on its neighbours', none can be left out.
    private static void RequireRowsAlone(AnnotationPipeline pipeline, StreamRequest request)
    {
        if (request.OnError != RowFailure.Fail && pipeline.Stages.Any(stage => stage.Mode == AnnotationMode.SparkNlpExact))
            throw new StreamException("in the mode spark-nlp-exact a row's numbers depend on those beside it: on_error must be fail");
    }

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
    private static string AnswerOf(IReadOnlyList<FrameColumn> results, Dictionary<string, string> models)
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
