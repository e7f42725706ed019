using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Spark;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;

namespace AlbertNative.Tests.Spark;

/// <summary>Rows on which a pipeline fails: here those whose map of metadata is null.</summary>
public sealed class RowFailureTests
{
    private const int Count = 100;

    private static readonly HashSet<long> Bad = [0, 31, 32, 70, 71, 72, 99];

    [Fact]
    public void The_stream_fails_and_says_at_which_row()
    {
        (int code, string error, _, _) = ArrowStreams.Transform(Stream("\"onError\": \"fail\"", id => id != 77));
        Assert.Equal(1, code);
        Assert.Contains("row 77 of the partition: DocumentAssembler", error);
        Assert.Contains("'about' holds no map of strings in one of its rows (stage 4)", error);

        (_, error, _, _) = ArrowStreams.Transform(Stream("\"row\": 1000", id => id != 77));
        Assert.Contains("row 1077 of the partition", error);
    }

    [Fact]
    public void Their_columns_are_null_and_the_others_have_what_they_have_without_them()
    {
        (int code, string error, Schema? schema, List<RecordBatch> batches) = ArrowStreams.Transform(Stream("\"onError\": \"null\""));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["id", "text", "about", "document", "token", "embeddings"], schema!.FieldsList.Select(field => field.Name));
        (_, _, _, List<RecordBatch> whole) = ArrowStreams.Transform(Stream("\"onError\": \"fail\"", _ => true));
        string?[] wanted = [.. Rows(whole, "embeddings").Select((row, id) => Bad.Contains(id) ? null : row)];
        Assert.Equal(wanted, Rows(batches, "embeddings"));
        Assert.All(wanted, (row, id) => Assert.Equal(Bad.Contains(id), row is null));
    }

    [Fact]
    public void A_column_says_why_and_theirs_are_empty()
    {
        (int code, string error, Schema? schema, List<RecordBatch> batches) =
            ArrowStreams.Transform(Stream("\"onError\": \"column\", \"errorColumn\": \"why\", \"outputs\": [\"token\"]"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["id", "text", "about", "token", "why"], schema!.FieldsList.Select(field => field.Name));
        string?[] messages = [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i => ((StringArray)batch.Column("why")).GetString(i)))];
        Assert.All(messages, (message, id) => Assert.Equal(Bad.Contains(id), message?.Contains("holds no map", StringComparison.Ordinal) == true));
        Assert.All(Rows(batches, "token"), (row, id) => Assert.Equal(Bad.Contains(id) ? "" : "a b", row));
    }

    [Fact]
    public void A_name_that_is_taken_or_unknown_is_refused()
    {
        foreach ((string option, string message) in ((string, string)[])
            [("\"onError\": \"column\", \"errorColumn\": \"token\"", "two columns 'token'"), ("\"onError\": \"skip\"", "on_error is 'skip'"),
             ("\"outputs\": [\"tokens\"]", "writes no column 'tokens', only document, token, embeddings")])
        {
            (int code, string error, _, _) = ArrowStreams.Transform(Stream(option));
            Assert.Equal(1, code);
            Assert.Contains(message, error);
        }
    }

    [Fact]
    public void Where_numbers_depend_on_other_rows_none_is_left_out()
    {
        (int code, string error, _, _) = ArrowStreams.Transform(Stream("\"onError\": \"null\"", mode: AnnotationMode.SparkNlpExact));
        Assert.Equal(1, code);
        Assert.Contains("on_error must be fail", error);
    }

    private static byte[] Stream(string option, Func<long, bool>? hasMap = null, AnnotationMode mode = AnnotationMode.SparkNlp)
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        string pipeline = Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document", MetadataCol = "about" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings", Mode = mode }).ToJson());
        string request = $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", {{option}}, "task": "stage 4", "pipeline": {{pipeline}}}""";
        // Batches that passes of 32 rows do not fit.
        string[][] batches = [.. Enumerable.Repeat("a b", Count).Chunk(45)];
        return ArrowStreams.Of(batches, request, hasMap ?? (id => !Bad.Contains(id)));
    }

    // The annotations' texts and vectors; null where the row's column is.
    private static string?[] Rows(List<RecordBatch> batches, string column) =>
        [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i => AnnotationArrays.Read((ListArray)batch.Column(column), i)))
            .Select(row => row is null ? null : string.Join(' ', row.Select(annotation => annotation.Result + Bits(annotation))))];

    private static string Bits(Annotation annotation) =>
        annotation.Embeddings.IsEmpty ? "" : Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(annotation.Embeddings.Span));
}
