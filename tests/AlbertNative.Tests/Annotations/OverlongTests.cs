using System.Text;
using AlbertNative.Annotations;
using AlbertNative.Model;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Annotations;

/// <summary>Texts with more pieces than a stage takes: cut as by Spark NLP, or refused where that is asked for.</summary>
public sealed class OverlongTests
{
    private static readonly Tokenizer Tokenizer = new() { InputCols = ["document"], OutputCol = "token" };
    private static readonly string[] Nli = ["neutral", "entailment", "contradiction"];

    public static TheoryData<AnnotationMode> Modes => [.. Enum.GetValues<AnnotationMode>()];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Words_that_do_not_fit_are_cut_off_or_the_text_is_refused(AnnotationMode mode)
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AlbertEmbeddings Stage(OverlongSentences overlong) => new(model)
        {
            Uid = "e",
            InputCols = ["document", "token"],
            OutputCol = "out",
            MaxSentenceLength = 4,
            Mode = mode,
            Overlong = overlong,
        };
        Assert.Equal(Words(Stage(OverlongSentences.Cut), "the king"), Words(Stage(OverlongSentences.Fail), "the king"));
        Assert.Equal(["the", "king"], Words(Stage(OverlongSentences.Cut), "the king of").Take(2));
        OverlongTextException refused = Assert.Throws<OverlongTextException>(() => Words(Stage(OverlongSentences.Fail), "the king of"));
        Assert.Equal("AlbertEmbeddings 'e': the text at 0 to 10 does not fit into 4 pieces, and overlong is 'fail'", refused.Message);
        Assert.Equal((4, 4), (refused.TokenCount, refused.MaxLength));
        // A word of which only the last pieces are too many.
        Assert.Throws<OverlongTextException>(() => Words(Stage(OverlongSentences.Fail), "king xqzvwkj"));
    }

    [Fact]
    public void A_text_is_refused_though_nothing_is_left_of_it_when_it_is_cut()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AlbertEmbeddings Stage(OverlongSentences overlong) =>
            new(model) { InputCols = ["document", "token"], OutputCol = "out", MaxSentenceLength = 3, Overlong = overlong };
        Assert.Empty(Words(Stage(OverlongSentences.Cut), "\u200b king"));
        Assert.Throws<OverlongTextException>(() => Words(Stage(OverlongSentences.Fail), "\u200b king"));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Labels_of_words_and_sentences_are_refused_alike(AnnotationMode mode)
    {
        using AnnotationModel tagger = SmallModels.Albert(ModelArchitecture.TokenClassification, "O", "B-X");
        using AnnotationModel classifier = SmallModels.Albert(ModelArchitecture.SequenceClassification, Nli);
        Func<int, OverlongSentences, Annotator>[] stages =
        [
            (limit, overlong) => new AlbertForTokenClassification(tagger)
                { InputCols = ["document", "token"], OutputCol = "out", MaxSentenceLength = limit, Mode = mode, Overlong = overlong },
            (limit, overlong) => new AlbertForSequenceClassification(classifier)
                { InputCols = ["document", "token"], OutputCol = "out", MaxSentenceLength = limit, Mode = mode, Overlong = overlong },
        ];
        Assert.All(stages, stage =>
        {
            Assert.NotEmpty(Words(stage(4, OverlongSentences.Fail), "the king"));
            Assert.NotEmpty(Words(stage(4, OverlongSentences.Cut), "the king of"));
            Assert.Throws<OverlongTextException>(() => Words(stage(4, OverlongSentences.Fail), "the king of"));
        });
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_sentence_has_to_fit_with_each_label_that_it_is_asked_for(AnnotationMode mode)
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.SequenceClassification, Nli);
        AlbertForZeroShotClassification Stage(string label, OverlongSentences overlong) => new(model)
        {
            InputCols = ["document", "token"],
            OutputCol = "out",
            CandidateLabels = ["king", label],
            MaxSentenceLength = 24,
            Mode = mode,
            Overlong = overlong,
        };
        Assert.Single(Words(Stage("judah", OverlongSentences.Fail), "the king"));
        // With the other label it fits.
        string label = string.Join(' ', Enumerable.Repeat("the", 15)), sentence = string.Join(' ', Enumerable.Repeat("the", 8));
        Assert.Single(Words(Stage(label, OverlongSentences.Cut), sentence));
        Assert.Contains(
            "the text at 0 to 30 with a label does not fit into 24 pieces",
            Assert.Throws<OverlongTextException>(() => Words(Stage(label, OverlongSentences.Fail), sentence)).Message);
    }

    [Fact]
    public void A_question_has_to_fit_with_its_context_but_where_that_is_read_in_windows()
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.QuestionAnswering, "a", "b");
        AlbertForQuestionAnswering Stage(AnnotationMode mode, OverlongSentences overlong, int limit = 64) => new(model)
        {
            InputCols = ["q", "c"],
            OutputCol = "out",
            MaxSentenceLength = limit,
            Mode = mode,
            Overlong = overlong,
        };
        string[] longer = [Nano.Text(40), "the king " + new string('x', 56), "the king went up to the king"];
        Assert.Single(Pairs(Stage(AnnotationMode.SparkNlp, OverlongSentences.Fail), "who", "the king went up"));
        // Too many characters, of which Spark NLP takes as many as pieces; too many pieces.
        foreach ((AnnotationMode mode, string context, int limit) in (IEnumerable<(AnnotationMode, string, int)>)
            [(AnnotationMode.SparkNlp, longer[0], 64), (AnnotationMode.SparkNlpExact, longer[1], 64), (AnnotationMode.SparkNlp, longer[2], 8)])
        {
            Assert.Single(Pairs(Stage(mode, OverlongSentences.Cut, limit), "who", context));
            Assert.Contains(
                $"the text at 0 to 2 with its context does not fit into {limit} pieces",
                Assert.Throws<OverlongTextException>(() => Pairs(Stage(mode, OverlongSentences.Fail, limit), "who", context)).Message);
        }
        Assert.Single(Pairs(Stage(AnnotationMode.HuggingFace, OverlongSentences.Fail), "who", longer[0]));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_context_has_to_fit_with_each_choice(AnnotationMode mode)
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.MultipleChoice, "a");
        AlbertForMultipleChoice Stage(OverlongSentences overlong) =>
            new(model) { InputCols = ["q", "c"], OutputCol = "out", MaxSentenceLength = 16, Mode = mode, Overlong = overlong };
        string choices = "up," + string.Join(' ', Enumerable.Repeat("the", 20));
        Assert.Single(Pairs(Stage(OverlongSentences.Fail), "the king", "up,to"));
        Assert.Single(Pairs(Stage(OverlongSentences.Cut), "the king", choices));
        Assert.Throws<OverlongTextException>(() => Pairs(Stage(OverlongSentences.Fail), "the king", choices));
    }

    [Theory]
    [InlineData(AnnotationMode.SparkNlp)]
    [InlineData(AnnotationMode.HuggingFace)]
    public void A_context_that_fills_all_of_a_models_positions_is_cut_to_them(AnnotationMode mode)
    {
        using AnnotationModel model = SmallModels.Albert(ModelArchitecture.MultipleChoice, "a");
        Assert.Equal(64, model.Model.Config.MaxPositionCount);
        AlbertForMultipleChoice stage = new(model) { InputCols = ["q", "c"], OutputCol = "out", MaxSentenceLength = 64, Mode = mode };
        Assert.Single(Pairs(stage, Nano.Text(80), "up,to"));
    }

    [Fact]
    public void A_pipeline_keeps_what_was_asked_for_and_knows_no_other_name()
    {
        using AnnotationModel model = AnnotationModel.Open(Nano.Path);
        AnnotationPipeline pipeline = new(TextStages.Document, Tokenizer, new AlbertEmbeddings(model)
        {
            InputCols = ["document", "token"],
            OutputCol = "out",
            MaxSentenceLength = 4,
            Overlong = OverlongSentences.Fail,
        });
        string json = Encoding.UTF8.GetString(pipeline.ToJson());
        Assert.Throws<OverlongTextException>(() => Read(json).Transform(["the king of"]).ToList());
        Assert.Contains("\"overlong\": \"fail\"", json);
        Assert.Contains(
            "there is no overlong 'window', only cut, fail",
            Assert.Throws<PipelineFormatException>(() => Read(json.Replace("\"fail\"", "\"window\"", StringComparison.Ordinal))).Message);

        AnnotationPipeline Read(string text) => AnnotationPipeline.FromJson(Encoding.UTF8.GetBytes(text), _ => model);
    }

    private static string[] Words(Annotator stage, string text) =>
        [.. new AnnotationPipeline(TextStages.Document, Tokenizer, stage).Transform([text]).Single().Annotations("out").Select(a => a.Result)];

    private static IReadOnlyList<Annotation> Pairs(Annotator stage, string first, string second)
    {
        AnnotationFrame frame = new(
            new FrameSchema([new("first", ColumnKind.Text), new("second", ColumnKind.Text)]),
            [new AnnotationRow([new("first", first), new("second", second)])]);
        return new AnnotationPipeline(new MultiDocumentAssembler { InputCols = ["first", "second"], OutputCols = ["q", "c"] }, stage)
            .Transform(frame).Rows.Single().Annotations("out");
    }
}
