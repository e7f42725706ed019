using AlbertNative.Annotations;

namespace AlbertNative.Tests.Annotations;

public sealed class SentenceDetectorTests
{
    [Theory]
    [InlineData("Hello World. My name is Jonas.", "0-11:Hello World.", "13-29:My name is Jonas.")]
    [InlineData("Dr. Smith met Mr. Jones. They left at 5 p.m. yesterday.", "0-23:Dr. Smith met Mr. Jones.", "25-54:They left at 5 p.m. yesterday.")]
    [InlineData("She has $100.00. It is hers.", "0-15:She has $100.00.", "17-27:It is hers.")]
    [InlineData("He said (I think so. Really.) and left.", "0-38:He said (I think so. Really.) and left.")]
    [InlineData("'No. Never', he said. Yes", "0-20:'No. Never', he said.", "22-24:Yes")]
    [InlineData("Hello... world. Hi", "0-5:Hello.", "6-6:.", "7-7:.", "9-14:world.", "16-17:Hi")]
    [InlineData("  ")]
    public void Sentences_end_by_the_rules(string text, params string[] sentences) =>
        Assert.Equal(sentences, TextStages.Short(text, Detector()));

    [Fact]
    public void A_text_with_noncharacters_keeps_its_places() =>
        Assert.Equal(["0-4:a\uFDD0b\uFDD8.", "6-7:c."], TextStages.Short("a\uFDD0b\uFDD8. c.", Detector()));

    [Theory]
    [InlineData(BoundsStrategy.None, "0-0:a", "3-3:b")]
    [InlineData(BoundsStrategy.Prepend, "0-0:a", "1-3:# b")]
    [InlineData(BoundsStrategy.Append, "0-1:a#", "3-3:b")]
    public void A_custom_bound_is_removed_or_kept(BoundsStrategy strategy, params string[] sentences) =>
        Assert.Equal(sentences, TextStages.Short("a# b", new SentenceDetector
        {
            InputCols = ["document"],
            CustomBounds = ["#"],
            UseCustomBoundsOnly = true,
            CustomBoundsStrategy = strategy,
        }));

    [Fact]
    public void Several_bounds_are_removed_where_they_stand() =>
        Assert.Equal(["1-1:x", "4-4:y", "7-7:z"], TextStages.Short("bxaaybaz", new SentenceDetector
        {
            InputCols = ["document"],
            CustomBounds = ["a", "b"],
            UseCustomBoundsOnly = true,
        }));

    [Fact]
    public void A_sentence_is_looked_for_in_a_removed_bound_only_where_Spark_NLPs_faults_are_wanted()
    {
        foreach ((AnnotationMode mode, string second) in ((AnnotationMode, string)[])[(AnnotationMode.SparkNlp, "6-7:an"), (AnnotationMode.SparkNlpExact, "2-3:an")])
        {
            SentenceDetector detector = new()
            {
                InputCols = ["document"],
                CustomBounds = [" and "],
                UseCustomBoundsOnly = true,
                Mode = mode,
            };
            Assert.Equal(["0-0:x", second], TextStages.Short("x and an", detector));
        }
    }

    [Fact]
    public void Long_sentences_are_cut_between_words()
    {
        SentenceDetector detector = new() { InputCols = ["document"], SplitLength = 12 };
        Assert.Equal(
            ["0-11:Hello world,", "13-21:this is a", "23-26:long", "28-35:sentence"],
            TextStages.Short("Hello world, this is a long sentence", detector));
        Assert.Equal(["0-15:extraordinarily,", "17-17:a"], TextStages.Short("extraordinarily, a", detector));
    }

    [Fact]
    public void Each_sentence_becomes_a_row()
    {
        SentenceDetector detector = new() { InputCols = ["document"], OutputCol = "sentence", ExplodeSentences = true };
        AnnotationRow[] rows = [.. new AnnotationPipeline(TextStages.Document, detector).Transform(["One. Two.", ""])];
        Assert.Equal(["One.", "Two."], rows.Select(row => row.Annotations("sentence").Single().Result));
        Assert.Equal("1", rows[1].Annotations("sentence").Single().Metadata["sentence"]);
    }

    [Theory]
    [InlineData(" 'a")]
    [InlineData("!?")]
    [InlineData("(a")]
    [InlineData("[a")]
    [InlineData("\"a ")]
    [InlineData("a.b.")]
    [InlineData("a°.  ")]
    [InlineData(" 1. ")]
    [InlineData("...")]
    public void A_long_text_takes_linear_time(string part) =>
        Assert.NotEmpty(TextStages.Run(string.Concat(Enumerable.Repeat(part, 200_000 / part.Length)) + "x", Detector()));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_split_length_that_is_not_positive_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new AnnotationPipeline(new SentenceDetector { InputCols = ["document"], SplitLength = length }));

    private static SentenceDetector Detector() => new() { InputCols = ["document"] };
}
