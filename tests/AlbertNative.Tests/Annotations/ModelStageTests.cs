using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

public sealed class ModelStageTests
{
    private static readonly Tokenizer Tokenizer = new() { InputCols = ["document"], OutputCol = "token" };

    [Fact]
    public void A_text_has_the_same_vectors_alone_and_in_any_batch()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        string[] texts = ["I love it", "And the king went up to Jerusalem, and dwelt there.", "", "A word"];
        foreach (AnnotationMode mode in (AnnotationMode[])[AnnotationMode.SparkNlp, AnnotationMode.HuggingFace])
        {
            float[][] alone = [.. texts.SelectMany(text => VectorsOf(model, mode, batchSize: 1, text))];
            float[][] together = [.. VectorsOf(model, mode, batchSize: 3, texts)];
            Assert.Equal(alone.SelectMany(v => v), together.SelectMany(v => v));
        }
    }

    [Fact]
    public void A_text_has_the_same_vectors_beside_one_of_500_pieces()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.Model, positions: 512);
        string longer = string.Join(' ', Enumerable.Repeat("king", 500));
        foreach (AnnotationMode mode in (AnnotationMode[])[AnnotationMode.SparkNlp, AnnotationMode.HuggingFace])
        {
            AnnotationRow[] beside = [.. Rows(model, mode, 8, 512, longer, "I love it", longer)];
            Assert.Equal(500, beside[0].Annotations("embeddings").Count);
            AnnotationRow alone = Rows(model, mode, 8, 512, "I love it").Single();
            Assert.Equal(Vectors(alone), Vectors(beside[1]));
        }

        static float[] Vectors(AnnotationRow row) => [.. row.Annotations("embeddings").SelectMany(word => word.Embeddings.ToArray())];
    }

    [Fact]
    public void Padding_shows_only_where_Spark_NLPs_faults_are_wanted()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        float[] alone = VectorsOf(model, AnnotationMode.SparkNlpExact, batchSize: 1, "I love it").First();
        float[] beside = VectorsOf(model, AnnotationMode.SparkNlpExact, batchSize: 8, "I love it", "And the king went up to Jerusalem").First();
        Assert.Equal(alone, VectorsOf(model, AnnotationMode.SparkNlp, batchSize: 8, "I love it").First());
        Assert.True(alone.Zip(beside).Max(pair => Math.Abs(pair.First - pair.Second)) > 0.01f);
    }

    [Fact]
    public void A_word_has_the_vector_of_Hugging_Faces_model_where_that_is_wanted()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        using TextEmbedder embedder = new(model.Model);
        TokenEmbeddings tokens = embedder.EmbedTokens("king (Judah).");
        Annotation[] words = [.. Rows(model, AnnotationMode.HuggingFace, 8, 128, "king (Judah).").Single().Annotations("embeddings")];
        Assert.Equal(["king", "(", "judah", ")."], words.Select(word => word.Result));
        foreach (Annotation word in words)
        {
            int first = Enumerable.Range(0, tokens.Count).First(i => tokens.Spans[i].End > word.Begin && tokens.Spans[i].Start <= word.End
                && tokens.Tokens[i] is not ("▁" or "[CLS]" or "[SEP]"));
            Assert.Equal(tokens[first].ToArray(), word.Embeddings.ToArray());
        }
    }

    [Fact]
    public void Tokens_that_are_cut_off_are_reported()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        List<string> cut = [];
        AlbertEmbeddings embeddings = new(model)
        {
            InputCols = ["document", "token"],
            OutputCol = "embeddings",
            MaxSentenceLength = 4,
            OnCut = cuts => cut.AddRange(cuts.Tokens.Select(t => t.Result)),
        };
        AnnotationRow row = new AnnotationPipeline(TextStages.Document, Tokenizer, embeddings).Transform(["the king of the land"]).Single();
        Assert.Equal(["the", "king"], row.Annotations("embeddings").Select(a => a.Result));
        Assert.Equal(["of", "the", "land"], cut);
    }

    [Fact]
    public void Vectors_of_sentences_are_sums_and_means()
    {
        SentenceEmbeddings Pooling(PoolingStrategy strategy) => new() { InputCols = ["d", "e"], PoolingStrategy = strategy };
        Annotation[] annotations =
        [
            new("document", 0, 2, "a b", new Dictionary<string, string?> { ["sentence"] = "0" }),
            new("document", 4, 4, "c", new Dictionary<string, string?> { ["sentence"] = "1" }),
            new("word_embeddings", 0, 0, "a", new Dictionary<string, string?> { ["sentence"] = "0" }, new float[] { 1, 2 }),
            new("word_embeddings", 2, 2, "b", new Dictionary<string, string?> { ["sentence"] = "0" }, new float[] { 3, 6 }),
        ];
        Assert.Equal([2f, 4f], Pooling(PoolingStrategy.Average).Annotate(annotations)[0].Embeddings.ToArray());
        Assert.Equal([4f, 8f], Pooling(PoolingStrategy.Sum).Annotate(annotations)[0].Embeddings.ToArray());
        Assert.True(Pooling(PoolingStrategy.Sum).Annotate(annotations)[1].Embeddings.IsEmpty);
    }

    [Theory]
    [InlineData("B-PER I-PER O B-LOC", "John Smith:PER", "Rome:LOC")]
    [InlineData("I-PER I-LOC O O", "John Smith:PER")]
    [InlineData("B-PER B-PER O O", "John:PER", "Smith:PER")]
    [InlineData("O O O O")]
    public void Tags_become_entities(string tags, params string[] entities)
    {
        string text = "John Smith in Rome";
        Annotation document = TextStages.Run(text).Single();
        IReadOnlyList<Annotation> tokens = TextStages.Run(text, Tokenizer);
        IEnumerable<Annotation> tagged = tokens.Zip(tags.Split(' ')).Select(pair => new Annotation(
            "named_entity", pair.First.Begin, pair.First.End, pair.Second, new Dictionary<string, string?> { [pair.Second] = "0.5" }));
        NerConverter converter = new() { InputCols = ["document", "token", "ner"] };
        IReadOnlyList<Annotation> chunks = converter.Annotate([document, .. tokens, .. tagged]);
        Assert.Equal(entities, chunks.Select(chunk => $"{chunk.Result}:{chunk.Metadata["entity"]}"));
        Assert.All(chunks, chunk => Assert.Equal("0.5", chunk.Metadata["confidence"]));
    }

    [Fact]
    public void Results_are_finished_as_lists_or_strings()
    {
        AnnotationRow Finish(Finisher finisher) => new AnnotationPipeline(TextStages.Document, Tokenizer, finisher).Transform(["I do"]).Single();
        Assert.Equal(["I", "do"], (string[])Finish(new Finisher { InputCols = ["token"] })["finished_token"]!);
        Assert.Equal("I@do", Finish(new Finisher { InputCols = ["token"], OutputAsArray = false })["finished_token"]);
        Assert.Equal(
            "sentence->0#result->I@sentence->0#result->do",
            Finish(new Finisher { InputCols = ["token"], OutputAsArray = false, IncludeMetadata = true })["finished_token"]);
        Assert.Throws<KeyNotFoundException>(() => Finish(new Finisher { InputCols = ["token"] })["token"]);
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(8, 2)]
    [InlineData(8, 513)]
    [InlineData(8, 129)]
    public void Settings_that_cannot_be_are_refused(int batchSize, int maxSentenceLength)
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AlbertEmbeddings embeddings = new(model)
        {
            InputCols = ["document", "token"],
            BatchSize = batchSize,
            MaxSentenceLength = maxSentenceLength,
        };
        Assert.Throws<ArgumentException>(() => new AnnotationPipeline(TextStages.Document, Tokenizer, embeddings));
    }

    [Fact]
    public void A_cancelled_call_stops()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AnnotationPipeline pipeline = new(TextStages.Document, Tokenizer, new AlbertEmbeddings(model) { InputCols = ["document", "token"] });
        Assert.Throws<OperationCanceledException>(() => pipeline.Transform(["x"], new CancellationToken(canceled: true)).ToList());
    }

    [Fact]
    public void A_pipeline_with_a_model_is_read_as_it_was_written()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AnnotationPipeline pipeline = new(TextStages.Document, Tokenizer, new AlbertEmbeddings(model) { InputCols = ["document", "token"], BatchSize = 4 });
        AnnotationPipeline read = AnnotationPipeline.FromJson(pipeline.ToJson(), name => name == model.Name ? model : throw new ArgumentException(name));
        Assert.Equal(pipeline.ToJson(), read.ToJson());
        Assert.Contains(Nano.Path, Assert.Throws<PipelineFormatException>(() => AnnotationPipeline.FromJson(pipeline.ToJson())).Message);
    }

    private static IEnumerable<float[]> VectorsOf(AnnotationModel model, AnnotationMode mode, int batchSize, params string[] texts) =>
        Rows(model, mode, batchSize, 64, texts).SelectMany(row => row.Annotations("embeddings")).Select(a => a.Embeddings.ToArray());

    private static IEnumerable<AnnotationRow> Rows(AnnotationModel model, AnnotationMode mode, int batchSize, int limit, params string[] texts) =>
        new AnnotationPipeline(TextStages.Document, Tokenizer, new AlbertEmbeddings(model)
        {
            InputCols = ["document", "token"],
            OutputCol = "embeddings",
            BatchSize = batchSize,
            MaxSentenceLength = limit,
            Mode = mode,
        }).Transform(texts);
}
