using System.Text.Json;
using AlbertNative.Annotations;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Documents, sentences and tokens, compared with those of a real Spark NLP.</summary>
public sealed class TextStageTests
{
    [Theory]
    [InlineData("text.jsonl.gz")]
    [InlineData("spec-rows-text.jsonl.gz")]
    public void Documents_sentences_and_tokens_are_those_of_Spark_NLP(string file)
    {
        int lines = 0, annotations = 0;
        List<string> faults = [];
        foreach (SparkNlpLine line in SparkNlpLine.Of(file))
        {
            lines++;
            if (line.HasError)
            {
                Assert.ThrowsAny<Exception>(() => RowsOf(line).ToList());
                continue;
            }
            SparkNlpComparison comparison = new(line.Id);
            JsonElement[] expected = [.. line.Line.GetProperty("out").EnumerateArray()];
            AnnotationRow[] actual = [.. RowsOf(line)];
            if (expected.Length != actual.Length)
            {
                faults.Add($"{line.Id}: {actual.Length} rows instead of {expected.Length}");
                continue;
            }
            foreach ((JsonElement one, AnnotationRow other) in expected.Zip(actual))
            {
                if (Record.Exception(() => comparison.Compare(one, other)) is Exception fault)
                    faults.Add(fault.Message);
            }
            annotations += comparison.Count;
        }
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(40))}");
        Assert.True(lines > 0 && annotations > 0, $"{lines} lines, {annotations} annotations");
    }

    private static IEnumerable<AnnotationRow> RowsOf(SparkNlpLine line) =>
        line.Frames().SelectMany(frame => line.Pipeline(AnnotationMode.SparkNlpExact).Transform(frame).Rows);
}
