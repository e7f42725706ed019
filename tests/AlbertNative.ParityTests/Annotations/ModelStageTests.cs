using System.Text.Json;
using AlbertNative.Annotations;
using AlbertNative.Checkpoints;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Vectors, labels, answers and what finishers make of them, compared with those of a real Spark NLP.</summary>
public sealed class ModelStageTests
{
    [Theory]
    [InlineData("albert-embeddings")]
    [InlineData("spec-rows-model")]
    [InlineData("postprocessing")]
    [InlineData("token-classification")]
    [InlineData("sequence-classification")]
    [InlineData("question-answering")]
    [InlineData("zero-shot-classification")]
    public void Annotations_are_those_of_Spark_NLP(string file)
    {
        using SparkNlpModels models = new();
        string tensors = SharedFolder.Require("goldens", "spark-nlp", file + ".safetensors");
        using Checkpoint? vectors = File.Exists(tensors) ? Checkpoint.Open(tensors) : null;
        SparkNlpLine[] lines = [.. SparkNlpLine.Of(file + ".jsonl.gz")];
        SparkNlpComparison.CompareAll(
            lines,
            line => RowsOf(line, models),
            line => new(line.Id, column => TensorOf(vectors, lines, line, column) is { } tensor ? row => VectorOf(tensor, row) : null));
    }

    [Theory]
    [InlineData("albert-embeddings")]
    [InlineData("postprocessing")]
    [InlineData("token-classification")]
    public void Columns_say_what_those_of_Spark_NLP_say(string file)
    {
        using SparkNlpModels models = new();
        foreach (SparkNlpLine line in SparkNlpLine.Of(file + ".jsonl.gz").Where(line => !line.HasError))
        {
            AnnotationPipeline pipeline = line.Pipeline(AnnotationMode.SparkNlpExact, models.Open);
            FrameSchema schema = pipeline.TransformSchema(line.Frames().First().Schema);
            ColumnMetadata[] wanted =
            [
                .. line.Line.GetProperty("columns").EnumerateObject().Select(column => new ColumnMetadata(
                    column.Value.GetProperty("annotatorType").GetString()!,
                    column.Value.TryGetProperty("dimension", out JsonElement dimension) ? dimension.GetInt32() : null,
                    column.Value.TryGetProperty("ref", out JsonElement reference) ? reference.GetString() : null)),
            ];
            Assert.Equal(wanted, line.Line.GetProperty("columns").EnumerateObject().Select(column => schema.Find(column.Name)!.Metadata));
            if (!line.Line.TryGetProperty("schema", out JsonElement frame))
                continue;
            string[] names = [.. frame.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("name").GetString()!).Where(name => name != "i")];
            Assert.Equal(names, schema.Columns.Select(column => column.Name).Where(name => name != "row"));
        }
    }

    private static IEnumerable<AnnotationRow> RowsOf(SparkNlpLine line, SparkNlpModels models) =>
        line.Frames(PartitionsOf(line.Id))
            .SelectMany(frame => line.Pipeline(AnnotationMode.SparkNlpExact, models.Open).Transform(frame).Rows);

    // A line's name says where there is more than one: "batch8-three-partitions".
    private static int PartitionsOf(string id)
    {
        string[] numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight"];
        string[] words = id.Split('-');
        int place = Array.IndexOf(words, "partitions");
        string number = place > 0 ? words[place - 1] : "one";
        return int.TryParse(number, out int digits) ? digits : Math.Max(Array.IndexOf(numbers, number), 1);
    }

    /// <summary>
    /// A column's tensor; null where the goldens have kept none. One line was given another name than its tensor: that is the one
    /// which no line claims.
    /// </summary>
    private static CheckpointTensor? TensorOf(Checkpoint? vectors, SparkNlpLine[] lines, SparkNlpLine line, string column)
    {
        if (vectors is null)
            return null;
        if (vectors.TryGet($"{line.Id}.{column}", out CheckpointTensor? tensor))
            return tensor;
        bool hasVectors = line.Line.GetProperty("out").EnumerateArray()
            .Any(row => row.TryGetProperty(column, out JsonElement annotations)
                && annotations.EnumerateArray().Any(annotation => annotation.GetArrayLength() > 5));
        if (!hasVectors)
            return null;
        HashSet<string> ids = [.. lines.Select(other => other.Id)];
        return vectors.Tensors.Single(other => other.Name.EndsWith("." + column, StringComparison.Ordinal)
            && !ids.Contains(other.Name[..^(column.Length + 1)]));
    }

    private static float[] VectorOf(CheckpointTensor tensor, int row)
    {
        float[] vector = new float[tensor.Shape[1]];
        tensor.CopyTo(row * tensor.Shape[1], vector);
        return vector;
    }
}
