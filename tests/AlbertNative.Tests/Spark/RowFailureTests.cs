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
        Assert.All(Messages(batches, "why"), (message, id) => Assert.Equal(Bad.Contains(id), message?.Contains("holds no map", StringComparison.Ordinal) == true));
        Assert.All(Rows(batches, "token"), (row, id) => Assert.Equal(Bad.Contains(id) ? "" : "a b", row));
    }

    [Fact]
    public void A_text_that_is_too_long_is_a_rows_failure_where_that_is_asked_for()
    {
        string?[] texts = [.. Enumerable.Range(0, Count).Select(id => Bad.Contains(id) ? "a b c" : "a b")];
        byte[] Ask(OverlongSentences overlong, string onError)
        {
            using AnnotationModel model = AnnotationModel.Open(Nano.Path);
            string pipeline = Encoding.UTF8.GetString(new AnnotationPipeline(
                new DocumentAssembler { InputCol = "text", OutputCol = "document" },
                new Tokenizer { InputCols = ["document"], OutputCol = "token" },
                new AlbertEmbeddings(model)
                {
                    InputCols = ["document", "token"],
                    OutputCol = "embeddings",
                    MaxSentenceLength = 4,
                    Overlong = overlong,
                }).ToJson());
            return ArrowStreams.Of(
                [.. texts.Chunk(45)],
                $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "onError": "{{onError}}", "errorColumn": "why", "outputs": ["embeddings"], "pipeline": {{pipeline}}}""");
        }
        (int code, string error, _, _) = ArrowStreams.Transform(Ask(OverlongSentences.Fail, "fail"));
        Assert.Equal(1, code);
        Assert.Contains("row 0 of the partition: AlbertEmbeddings", error);
        Assert.Contains("the text at 0 to 4 does not fit into 4 pieces, and overlong is 'fail'", error);

        (_, _, _, List<RecordBatch> cut) = ArrowStreams.Transform(Ask(OverlongSentences.Cut, "fail"));
        string?[] kept = Rows(cut, "embeddings");
        (code, error, _, List<RecordBatch> batches) = ArrowStreams.Transform(Ask(OverlongSentences.Fail, "column"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(kept.Select((row, id) => Bad.Contains(id) ? "" : row), Rows(batches, "embeddings"));
        Assert.Equal(Bad.Order(), Messages(batches, "why").Index().Where(pair => pair.Item is not null).Select(pair => (long)pair.Index));
    }

    [Fact]
    public void A_text_that_is_no_UTF_8_is_a_rows_failure()
    {
        byte[] Ask(string onError, Func<int, string?> text)
        {
            using AnnotationModel model = AnnotationModel.Open(Nano.Path);
            string pipeline = Encoding.UTF8.GetString(new AnnotationPipeline(
                new DocumentAssembler { InputCol = "text", OutputCol = "document" },
                new Tokenizer { InputCols = ["document"], OutputCol = "token" },
                new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings" }).ToJson());
            byte[] stream = ArrowStreams.Of(
                [.. Enumerable.Range(0, Count).Select(text).Chunk(45)],
                $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "onError": "{{onError}}", "errorColumn": "why", "outputs": ["embeddings"], "pipeline": {{pipeline}}}""");
            // Bytes that stand in no UTF-8.
            for (int i; (i = stream.AsSpan().IndexOf("####"u8)) >= 0;)
                stream.AsSpan(i, 4).Fill(0xFF);
            return stream;
        }
        (int code, string error, _, _) = ArrowStreams.Transform(Ask("fail", id => id is 77 or 78 ? "####" : "a b"));
        Assert.Equal(1, code);
        Assert.Contains("row 77 of the partition: the column 'text' holds bytes there that are no UTF-8", error);

        (_, _, _, List<RecordBatch> whole) = ArrowStreams.Transform(Ask("fail", _ => "a b"));
        string?[] rows = Rows(whole, "embeddings");
        (code, error, _, List<RecordBatch> batches) = ArrowStreams.Transform(Ask("column", id => Bad.Contains(id) ? "####" : "a b"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(rows.Select((row, id) => Bad.Contains(id) ? "" : row), Rows(batches, "embeddings"));
        Assert.All(Messages(batches, "why"), (message, id) => Assert.Equal(Bad.Contains(id), message?.Contains("no UTF-8", StringComparison.Ordinal) == true));

        (_, _, _, batches) = ArrowStreams.Transform(Ask("null", _ => "####"));
        Assert.All(Rows(batches, "embeddings"), Assert.Null);
        Assert.Equal(Count, batches.Sum(batch => batch.Length));
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

    private static string?[] Messages(List<RecordBatch> batches, string column) =>
        [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i => ((StringArray)batch.Column(column)).GetString(i)))];

    // The annotations' texts and vectors; null where the row's column is.
    private static string?[] Rows(List<RecordBatch> batches, string column) =>
        [.. batches.SelectMany(batch => Enumerable.Range(0, batch.Length).Select(i => AnnotationArrays.Read((ListArray)batch.Column(column), i)))
            .Select(row => row is null ? null : string.Join(' ', row.Select(annotation => annotation.Result + Bits(annotation))))];

    private static string Bits(Annotation annotation) =>
        annotation.Embeddings.IsEmpty ? "" : Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(annotation.Embeddings.Span));
}
