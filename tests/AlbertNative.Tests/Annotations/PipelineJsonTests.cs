using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Annotations;

public sealed class PipelineJsonTests
{
    [Fact]
    public void A_pipeline_is_read_as_it_was_written()
    {
        AnnotationPipeline pipeline = new(
            new DocumentAssembler { InputCol = "text", CleanupMode = CleanupMode.ShrinkFull },
            new SentenceDetector { InputCols = ["document"], OutputCol = "sentence", CustomBounds = ["\n"], SplitLength = 30 },
            new Tokenizer { InputCols = ["sentence"], OutputCol = "token", Exceptions = ["New York"], Mode = AnnotationMode.SparkNlpExact });

        byte[] json = pipeline.ToJson();
        AnnotationPipeline read = AnnotationPipeline.FromJson(json);

        Assert.Equal(json, read.ToJson());
        Assert.Contains("com.johnsnowlabs.nlp.annotators.sbd.pragmatic.SentenceDetector", Encoding.UTF8.GetString(json));
        string text = "I moved to New York.\nIt rains";
        Assert.Equal(
            pipeline.Transform([text]).Single().Annotations("token").Select(a => a.ToString()),
            read.Transform([text]).Single().Annotations("token").Select(a => a.ToString()));
    }

    [Theory]
    [InlineData("useAbbrevations")]
    [InlineData("useAbbreviations")]
    public void Abbreviations_are_set_by_either_of_their_names(string name)
    {
        string json = $$$"""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"SentenceDetector","uid":"u","paramMap":{"inputCols":["d"],"{{{name}}}":false}}]}""";
        SentenceDetector detector = Assert.IsType<SentenceDetector>(AnnotationPipeline.FromJson(Encoding.UTF8.GetBytes(json)).Stages[0]);
        Assert.False(detector.UseAbbreviations);
    }

    [Fact]
    public void A_file_is_written_whole()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "pipeline.json");
        new AnnotationPipeline(TextStages.Document).Save(path);
        Assert.Single(AnnotationPipeline.Load(path).Stages);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "'class'")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel"}""", "stages")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[]}""", "at least one")]
    [InlineData("""{"class":"x","stages":[]}""", "PipelineModel")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"com.johnsnowlabs.nlp.annotators.Stemmer","uid":"u","paramMap":{}}]}""", "Stemmer")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"Tokenizer","uid":"u","paramMap":{"inputCol":"x"}}]}""", "inputCol")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"Tokenizer","uid":"u","paramMap":{"minLength":"x"}}]}""", "minLength")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"Tokenizer","uid":"u","paramMap":{"inputCols":["d"],"mode":"exact"}}]}""", "mode")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"DocumentAssembler","uid":"u","paramMap":{"cleanupMode":"foo"}}]}""", "foo")]
    [InlineData("""{"class":"org.apache.spark.ml.PipelineModel","stages":[{"class":"DocumentAssembler","uid":"u","paramMap":{"inputCol":"\ud800"}}]}""", "surrogate")]
    public void What_is_no_pipeline_is_refused(string json, string named)
    {
        PipelineFormatException refusal = Assert.Throws<PipelineFormatException>(() => AnnotationPipeline.FromJson(Encoding.UTF8.GetBytes(json)));
        Assert.Contains(named, refusal.Message);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_nothing_else()
    {
        byte[] json = new AnnotationPipeline(
            TextStages.Document, new Tokenizer { InputCols = ["document"], SplitPattern = @"\W+", Exceptions = ["New (York|Delhi)"] }).ToJson();
        Random random = new(3);
        for (int i = 0; i < 1000; i++)
        {
            byte[] damaged = [.. json];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                AnnotationPipeline.FromJson(damaged);
            }
            catch (PipelineFormatException)
            {
                // What is damaged may still be readable.
            }
        }
    }

    [Fact]
    public void A_light_pipeline_gives_documents_no_metadata()
    {
        LightPipeline light = new(new AnnotationPipeline(
            TextStages.Document, new Tokenizer { InputCols = ["document"], OutputCol = "token" }));
        var columns = light.FullAnnotate("I love it");
        Assert.Empty(columns["document"].Single().Metadata);
        Assert.Equal("0", columns["token"][0].Metadata["sentence"]);
        Assert.Equal(["I", "love", "it"], light.Annotate("I love it")["token"]);
    }
}
