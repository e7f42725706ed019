using System.Net.Sockets;
using AlbertNative.Annotations;
using AlbertNative.Cli;
using AlbertNative.Spark;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Tasks;
using Apache.Arrow;
using Apache.Arrow.Ipc;
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
        (int code, string error, Schema? schema, List<RecordBatch> batches) = Transform(Stream([Texts[..1], [], Texts[1..]]));
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
        byte[] whole = Stream([Texts, Texts]);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 20))
        {
            (int code, string error, _, _) = Transform(whole[..length]);
            Assert.True(code == 1, $"{length} of {whole.Length} bytes: {code}");
            Assert.StartsWith("albert: the input", error);
        }
    }

    [Fact]
    public void Damaged_streams_end_in_a_message_or_in_as_many_rows()
    {
        byte[] whole = Stream([Texts]);
        Random random = new(8);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            (int code, string error, _, List<RecordBatch> batches) = Transform(damaged);
            Assert.True(code == 0 ? batches.Sum(batch => batch.Length) <= Texts.Length : code == 1 && error.StartsWith("albert: ", StringComparison.Ordinal), error);
        }
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        (int code, string error, _, _) = Transform(Stream([Texts], """{"protocol": 1, "version": "0.0.9", "pipeline": {}}"""));
        Assert.Equal(1, code);
        Assert.Contains("albert_native_spark is version 0.0.9 (protocol 1), albert is version " + StreamRequest.Version, error);
    }

    [Fact]
    public void A_pipeline_that_changes_the_number_of_rows_is_refused()
    {
        string pipeline = System.Text.Encoding.UTF8.GetString(new AnnotationPipeline(
            new DocumentAssembler { InputCol = "text", OutputCol = "document" },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence", ExplodeSentences = true }).ToJson());
        (int code, string error, _, _) = Transform(Stream([["One. Two.", "Three."]], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}"""));
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
        (int code, string error, Schema? schema, _) = Transform(Stream([Texts], Request(hash)));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"\"models\":{{\"{Nano.Path}\":\"{hash}\"}}", schema!.Metadata[StreamRequest.Key]);

        string other = new('0', 64);
        (code, error, _, _) = Transform(Stream([Texts], Request(other)));
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
            Transform(Stream([Texts], $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{pipeline}}}"""));
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
        (int code, string error, _, List<RecordBatch> batches) = Transform(Stream([Texts]), "--pipeline", Path.Combine(_folder.Path, "saved"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("I love Spark NLP", AnnotationArrays.Read((ListArray)Assert.Single(batches).Column("doc"), 0)![0].Result);
    }

    [Fact]
    public void A_socket_answers_many_at_once_and_ends_when_nobody_comes()
    {
        string path = Path.Combine(_folder.Path, "s");
        using ModelPool models = new(name => AnnotationModel.Open(name), name => AnnotationModel.HashOf(name));
        using StringWriter log = new();
        SocketServer server = new(path, models, TimeSpan.FromSeconds(2), log);
        Thread thread = new(() => server.Run(TestContext.Current.CancellationToken));
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(path), TimeSpan.FromSeconds(60)));
        Assert.Throws<IOException>(() => new SocketServer(path, models, TimeSpan.FromSeconds(1), log).Run(CancellationToken.None));

        string request = $$"""{"protocol": 1, "version": "{{StreamRequest.Version}}", "pipeline": {{Page()}}}""";
        string[] answers = new string[4];
        Parallel.For(0, answers.Length, i => answers[i] = Convert.ToHexString(Ask(path, Stream([Texts], request), out char last)) + last);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.EndsWith("Z", answers[0]);

        byte[] refusal = Ask(path, Stream([Texts]), out char end);
        Assert.Equal('E', end);
        Assert.Contains("the stream's schema has no request", System.Text.Encoding.UTF8.GetString(refusal));
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)));
        Assert.False(File.Exists(path));
    }

    private static string Page() => System.Text.Encoding.UTF8.GetString(new AnnotationPipeline(
        new DocumentAssembler { Uid = "d", InputCol = "text", OutputCol = "document" },
        new Tokenizer { Uid = "t", InputCols = ["document"], OutputCol = "token" }).ToJson());

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

    private static byte[] Stream(string?[][] batches, string? request = null)
    {
        Schema schema = new(
            [new Field("id", Int64Type.Default, false), new Field("text", StringType.Default, true)],
            request is null ? [] : new Dictionary<string, string> { [StreamRequest.Key] = request });
        using MemoryStream stream = new();
        using ArrowStreamWriter writer = new(stream, schema, leaveOpen: true);
        writer.WriteStart();
        long id = 0;
        foreach (string?[] batch in batches)
        {
            Int64Array.Builder ids = new();
            StringArray.Builder texts = new();
            foreach (string? text in batch)
            {
                ids.Append(id++);
                texts.Append(text);
            }
            writer.WriteRecordBatch(new(schema, [ids.Build(), texts.Build()], batch.Length));
        }
        writer.WriteEnd();
        return stream.ToArray();
    }

    private static (int Code, string Error, Schema? Schema, List<RecordBatch> Batches) Transform(byte[] input, params string[] options)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        Terminal terminal = new() { Input = new MemoryStream(input), Output = output, Error = error };
        int code = CommandLine.Run(["transform", "--arrow", .. options.Length > 0 ? options : ["--model", Nano.Path]], new(terminal, TestContext.Current.CancellationToken));
        if (code != 0)
            return (code, error.ToString(), null, []);
        output.Position = 0;
        using ArrowStreamReader reader = new(output, leaveOpen: true);
        List<RecordBatch> batches = [];
        while (reader.ReadNextRecordBatch() is RecordBatch batch)
            batches.Add(batch);
        return (code, error.ToString(), reader.Schema, batches);
    }

    // What the frames hold, and the letter of the last one.
    private static byte[] Ask(string path, byte[] stream, out char last)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using NetworkStream connection = new(socket);
        connection.Write(stream);
        using MemoryStream content = new();
        byte[] header = new byte[5];
        do
        {
            connection.ReadExactly(header);
            last = (char)header[0];
            byte[] frame = new byte[BitConverter.ToInt32(header, 1)];
            connection.ReadExactly(frame);
            content.Write(frame);
        }
        while (last == 'D');
        return content.ToArray();
    }
}
