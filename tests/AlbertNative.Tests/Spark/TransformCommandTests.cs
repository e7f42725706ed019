using AlbertNative.Annotations;
using AlbertNative.Spark;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace AlbertNative.Tests.Spark;

public sealed class TransformCommandTests : IDisposable
{
    private static readonly string?[] Texts = ["I love Spark NLP", null, "", "😀 ok."];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_come_out_once_in_their_order_with_annotations_behind_their_columns()
    {
        (int code, string error, Schema? schema, List<RecordBatch> batches) = ArrowStreams.Transform(ArrowStreams.Of([Texts[..1], [], Texts[1..]]));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["id", "text", "document", "token", "embeddings"], schema!.FieldsList.Select(field => field.Name));
        Assert.Equal([1, 0, 3], batches.Select(batch => batch.Length));
        Assert.Equal([0L, 1, 2, 3], batches.SelectMany(batch => ((Int64Array)batch.Column("id")).Values.ToArray()));
        Assert.Contains("\"annotatorType\":\"word_embeddings\",\"dimension\":192", schema.Metadata[StreamRequest.Key]);

        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AnnotationPipeline pipeline = new(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings" });
        AnnotationRow[] wanted = [.. pipeline.Transform(Texts)];
        foreach (string column in (string[])["document", "token", "embeddings"])
        {
            IEnumerable<string> found = batches.SelectMany(batch => Enumerable.Range(0, batch.Length)
                .Select(i => Spell(AnnotationArrays.Read((ListArray)batch.Column(column), i)!)));
            Assert.Equal(wanted.Select(row => Spell(row.Annotations(column))), found);
        }
    }

    [Fact]
    public void Whole_numbers_name_rows_as_Spark_writes_them_and_are_no_texts()
    {
        (int code, string error, _, List<RecordBatch> batches) = ArrowStreams.Transform(ArrowStreams.Of([Texts], Request("text", "id")));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            ["0", "1", "2", "3"],
            Enumerable.Range(0, Texts.Length).Select(i => Assert.Single(AnnotationArrays.Read((ListArray)batches[0].Column("document"), i)!).Metadata["id"]));
        (code, error, _, _) = ArrowStreams.Transform(ArrowStreams.Of([Texts], Request("id", null)));
        Assert.Equal(1, code);
        Assert.Contains("of the input's columns no stage can read id (int64)", error, StringComparison.Ordinal);

        static string Request(string inputCol, string? idCol)
        {
            DocumentAssembler assembler = idCol is null
                ? new() { InputCol = inputCol, OutputCol = "document" } : new() { InputCol = inputCol, OutputCol = "document", IdCol = idCol };
            string pipeline = System.Text.Encoding.UTF8.GetString(new AnnotationPipeline(assembler).ToJson());
            return $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}""";
        }
    }

    [Fact]
    public void The_column_has_the_schema_of_Spark_NLP()
    {
        Assert.True(AnnotationArrays.IsAnnotations(AnnotationArrays.Type));
        StructType fields = (StructType)AnnotationArrays.Type.ValueDataType;
        Assert.Equal(
            ["annotatorType utf8 True", "begin int32 False", "end int32 False", "result utf8 True", "metadata map True", "embeddings list True"],
            fields.Fields.Select(field => $"{field.Name} {field.DataType.Name} {field.IsNullable}"));
        Assert.False(((ListType)fields.Fields[5].DataType).ValueField.IsNullable);
        Assert.True(AnnotationArrays.Type.ValueField.IsNullable);
    }

    [Fact]
    public void A_stream_that_stops_before_its_end_is_an_error_wherever_it_stops()
    {
        byte[] whole = ArrowStreams.Of([Texts, Texts]);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 20))
        {
            (int code, string error, _, _) = ArrowStreams.Transform(whole[..length]);
            Assert.True(code == 1, $"{length} of {whole.Length} bytes: {code}");
            Assert.StartsWith("albert: the input", error);
        }
    }

    [Fact]
    public void Damaged_streams_end_in_a_message_or_in_as_many_rows()
    {
        byte[] whole = ArrowStreams.Of([Texts]);
        Random random = new(8);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            (int code, string error, _, List<RecordBatch> batches) = ArrowStreams.Transform(damaged);
            Assert.True(code == 0 ? batches.Sum(batch => batch.Length) <= Texts.Length : code == 1 && error.StartsWith("albert: ", StringComparison.Ordinal), error);
        }
    }

    [Fact]
    public void Lengths_that_are_beyond_all_bounds_are_refused()
    {
        byte[] whole = ArrowStreams.Of([Texts]);
        int batch = 8 + BitConverter.ToInt32(whole, 4);
        int metadata = BitConverter.ToInt32(whole, batch + 4);
        // The batch's body reaches to the mark of the end, 8 bytes; its length stands among the metadata.
        long body = whole.Length - 8 - (batch + 8 + metadata);
        int length = batch + 8 + whole.AsSpan(batch + 8, metadata).IndexOf(BitConverter.GetBytes(body));
        Assert.Equal(body, BitConverter.ToInt64(whole, length));
        foreach (long claimed in (long[])[1L << 40, int.MaxValue - 64, -8])
        {
            byte[] damaged = [.. whole];
            BitConverter.TryWriteBytes(damaged.AsSpan(length), claimed);
            AssertRefused(damaged);
        }
        foreach (int claimed in (int[])[int.MaxValue - 64, int.MinValue])
        {
            byte[] damaged = [.. whole];
            BitConverter.TryWriteBytes(damaged.AsSpan(batch + 4), claimed);
            AssertRefused(damaged);
        }

        static void AssertRefused(byte[] damaged)
        {
            (int code, string error, _, _) = ArrowStreams.Transform(damaged);
            Assert.Equal(1, code);
            Assert.StartsWith("albert: the input", error);
        }
    }

    [Fact]
    public void A_column_that_no_stage_can_read_is_named_with_its_type()
    {
        string pipeline = System.Text.Encoding.UTF8.GetString(
            new AnnotationPipeline(new DocumentAssembler { InputCol = "id", OutputCol = "document" }).ToJson());
        (int code, string error, _, _) =
            ArrowStreams.Transform(ArrowStreams.Of([Texts], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}"""));
        Assert.Equal(1, code);
        Assert.Contains("there is no column 'id'; of the input's columns no stage can read id (int64)", error);
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        (int code, string error, _, _) = ArrowStreams.Transform(ArrowStreams.Of([Texts], """{"protocol": 1, "version": "0.0.9", "pipeline": {}}"""));
        Assert.Equal(1, code);
        Assert.Contains("albert_native_spark is version 0.0.9 (protocol 1), albert is version " + StreamRequest.Version, error);
    }

    [Fact]
    public void A_pipeline_that_changes_the_number_of_rows_is_refused()
    {
        string pipeline = System.Text.Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence", ExplodeSentences = true }).ToJson());
        (int code, string error, _, _) = ArrowStreams.Transform(ArrowStreams.Of([["One. Two.", "Three."]], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}"""));
        Assert.Equal(1, code);
        Assert.Contains("explodeSentences", error);
    }

    [Fact]
    public void Another_model_than_was_described_is_refused_by_its_hash()
    {
        string pipeline = System.Text.Encoding.UTF8.GetString(Embeddings());
        string Request(string hash) =>
            $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "models": {"{{Nano.Path}}": "{{hash}}"}, "pipeline": {{pipeline}} }""";
        string hash = AnnotationModel.HashOf(Nano.Path, cancellationToken: TestContext.Current.CancellationToken);
        (int code, string error, Schema? schema, _) = ArrowStreams.Transform(ArrowStreams.Of([Texts], Request(hash)));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"\"models\":{{\"{Nano.Path}\":\"{hash}\"}}", schema!.Metadata[StreamRequest.Key]);

        string other = new('0', 64);
        (code, error, _, _) = ArrowStreams.Transform(ArrowStreams.Of([Texts], Request(other)));
        Assert.Equal(1, code);
        Assert.Contains($"the model '{Nano.Path}' is not the one that the pipeline was described with: its SHA-256 is {hash} here, and was {other} there", error);
    }

    [Fact]
    public void What_a_finisher_makes_has_types_of_Spark()
    {
        string pipeline = System.Text.Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new Finisher { InputCols = ["token"], IncludeMetadata = true }).ToJson());
        (int code, string error, Schema? schema, List<RecordBatch> batches) =
            ArrowStreams.Transform(ArrowStreams.Of([Texts], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}"""));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["id", "text", "finished_token", "finished_token_metadata"], schema!.FieldsList.Select(field => field.Name));
        ListArray metadata = (ListArray)Assert.Single(batches).Column("finished_token_metadata");
        Assert.Equal([4, 0, 0, 3], Enumerable.Range(0, 4).Select(i => metadata.GetValueLength(i)));
        StructArray pairs = (StructArray)metadata.Values;
        Assert.Equal(("sentence", "0"), (((StringArray)pairs.Fields[0]).GetString(0), ((StringArray)pairs.Fields[1]).GetString(0)));
        Assert.Equal(["_1", "_2"], ((StructType)((ListType)schema.FieldsList[3].DataType).ValueDataType).Fields.Select(field => field.Name));
    }

    [Fact]
    public void A_pipeline_that_Spark_has_saved_is_run()
    {
        _folder.Write("saved/metadata/part-00000", """{"class":"org.apache.spark.ml.PipelineModel","uid":"p","paramMap":{"stageUids":["d"]}}""");
        _folder.Write(
            "saved/stages/0_d/metadata/part-00000",
            """{"class":"com.johnsnowlabs.nlp.DocumentAssembler","uid":"d","paramMap":{"inputCol":"text","outputCol":"doc"},"defaultParamMap":{}}""");
        (int code, string error, _, List<RecordBatch> batches) = ArrowStreams.Transform(ArrowStreams.Of([Texts]), "--pipeline", Path.Combine(_folder.Path, "saved"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("I love Spark NLP", AnnotationArrays.Read((ListArray)Assert.Single(batches).Column("doc"), 0)![0].Result);
    }

    private static byte[] Embeddings()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        return new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new Tokenizer { InputCols = ["document"], OutputCol = "token" },
            new AlbertEmbeddings(model) { InputCols = ["document", "token"], OutputCol = "embeddings" }).ToJson();
    }

    private static string Spell(IReadOnlyList<Annotation> annotations) => string.Join("; ", annotations.Select(annotation =>
        $"{annotation} {string.Join(",", annotation.Metadata.OrderBy(pair => pair.Key).Select(pair => pair.Key + "=" + pair.Value))} "
        + string.Join(",", annotation.Embeddings.ToArray().Select(BitConverter.SingleToInt32Bits))));
}
