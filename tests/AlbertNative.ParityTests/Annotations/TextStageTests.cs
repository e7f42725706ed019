using AlbertNative.Annotations;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Documents, sentences and tokens, compared with those of a real Spark NLP.</summary>
public sealed class TextStageTests
{
    [Theory]
    [InlineData("text.jsonl.gz")]
    [InlineData("spec-rows-text.jsonl.gz")]
    public void Documents_sentences_and_tokens_are_those_of_Spark_NLP(string file) =>
        SparkNlpComparison.CompareAll(SparkNlpLine.Of(file), RowsOf, line => new(line.Id));

    private static IEnumerable<AnnotationRow> RowsOf(SparkNlpLine line) =>
        line.Frames().SelectMany(frame => line.Pipeline(AnnotationMode.SparkNlpExact).Transform(frame).Rows);
}
