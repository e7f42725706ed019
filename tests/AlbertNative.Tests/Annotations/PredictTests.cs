using AlbertNative.Annotations;
using AlbertNative.Tests.Cli;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

public sealed class PredictTests
{
    [Fact]
    public void Each_token_is_a_row_with_its_vector()
    {
        CliRun run = CliRun.Of("predict", "I love Spark NLP", "Yes", "--positions");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["0:I", "0:love", "0:Spark", "0:NLP", "1:Yes"], run.Lines.Select(row => $"{row.GetProperty("index")}:{row.GetProperty("token")}"));
        Assert.Equal((7, 11), (run.Lines[2].GetProperty("token_begin").GetInt32(), run.Lines[2].GetProperty("token_end").GetInt32()));
        Assert.All(run.Lines, row => Assert.Equal(192, row.GetProperty("word_embedding_albert_nano").GetArrayLength()));
    }

    [Theory]
    [InlineData("sentence", "One two.:3", "Three.:2")]
    [InlineData("document", "One two. Three.:5")]
    public void A_row_may_be_a_sentence_or_a_text(string level, params string[] rows)
    {
        CliRun run = CliRun.Of("predict", "One two. Three.", "--output-level", level);
        Assert.Equal(rows, run.Lines.Select(row => $"{row.GetProperty(level)}:{row.GetProperty("word_embedding_albert_nano").GetArrayLength()}"));
    }

    [Fact]
    public void Other_fields_of_lines_pass_through_and_a_terminal_gets_a_table()
    {
        CliRun run = CliRun.Reading(["""{"text":"a b","id":7}"""], "predict", "--jsonl");
        Assert.All(run.Lines, row => Assert.Equal(7, row.GetProperty("id").GetInt32()));
        Assert.Contains("word_embedding_albert_nano", CliRun.AtTerminal("predict", "a b").Output);
    }

    [Fact]
    public void A_bad_line_is_named()
    {
        CliRun run = CliRun.Reading(["""{"text":"a"}""", """{"text":7}"""], "predict", "--jsonl");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("line 2", run.Error);
        Assert.Single(run.Lines);
    }

    [Fact]
    public void A_table_is_refused()
    {
        CliRun run = CliRun.Of("predict", "--input", "texts.parquet", "--output", "vectors.parquet");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("takes no tables", run.Error);
    }

    [Theory]
    [InlineData("en.embed.albert_base_v1", "albert/albert-base-v1")]
    [InlineData("albert_embeddings_albert_base_v1", "albert/albert-base-v1")]
    [InlineData("albert_embeddings_albert_xxlarge_v2", "albert/albert-xxlarge-v2")]
    public void Names_of_the_catalogue_mean_checkpoints_of_the_hub(string name, string checkpoint)
    {
        Assert.True(SparkNlpNames.TryResolve(name, out string resolved, out string message));
        Assert.Equal(checkpoint, resolved);
        Assert.Contains("TensorFlow", message);
    }

    [Theory]
    [InlineData("albert-base-v1")]
    [InlineData("en.embed.albert_base_v3")]
    [InlineData("bert_base_uncased")]
    public void Other_names_are_not_known(string name) => Assert.False(SparkNlpNames.TryResolve(name, out _, out _));

    [Fact]
    public void The_table_is_there_in_CSharp_too()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        using NluPipeline pipeline = new(model, "en.embed.albert_base_v1");
        Assert.Equal("word_embedding_albert_base_v1", pipeline.EmbeddingsColumn);
        Assert.Equal(["Who", "?"], pipeline.Predict("Who?").Select(row => row.Text));
        Assert.Empty(pipeline.Predict(""));
    }
}
