using System.Text.Json;
using AlbertNative.Annotations;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Light pipelines, compared with those of a real Spark NLP.</summary>
public sealed class LightPipelineTests
{
    [Fact]
    public void Annotations_and_results_are_those_of_Spark_NLP()
    {
        using SparkNlpModels models = new();
        int compared = 0;
        foreach (SparkNlpLine line in SparkNlpLine.Of("light-pipeline.jsonl.gz").Where(line => !line.HasError))
        {
            JsonElement texts = line.Line.GetProperty("texts");
            string[] inputs = texts.ValueKind == JsonValueKind.String
                ? [texts.GetString()!] : [.. texts.EnumerateArray().Select(text => text.GetString()!)];
            LightPipeline light = new(
                line.Pipeline(AnnotationMode.SparkNlpExact, models.Open), parseEmbeddings: line.Id.Contains("parse-true", StringComparison.Ordinal));
            foreach ((JsonElement expected, string text) in line.Line.GetProperty("out").EnumerateArray().Zip(inputs))
            {
                foreach (JsonProperty column in expected.EnumerateObject())
                {
                    Compare($"{line.Id}, '{text}', {column.Name}", column, light, text);
                    compared++;
                }
                Assert.Equal(
                    expected.EnumerateObject().Select(column => column.Name).Order(), light.FullAnnotate(text).Keys.Order());
            }
        }
        Assert.True(compared > 0, "nothing was compared");
    }

    private static void Compare(string where, JsonProperty column, LightPipeline light, string text)
    {
        bool isFull = column.Value.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Array;
        if (!isFull)
        {
            SparkNlpValues.Compare(column.Value, light.Annotate(text)[column.Name], where, tolerance: 2e-5f);
            return;
        }
        IReadOnlyList<Annotation> actual = light.FullAnnotate(text)[column.Name];
        Assert.Equal(column.Value.EnumerateArray().Select(a => a[5].GetInt32()), actual.Select(a => a.Embeddings.Length));
        // Without the length of the vector an annotation is written as one without a vector.
        using JsonDocument expected = JsonDocument.Parse(
            $"[{string.Join(',', column.Value.EnumerateArray().Select(a => $"[{string.Join(',', a.EnumerateArray().Take(5).Select(value => value.GetRawText()))}]"))}]");
        new SparkNlpComparison(where).CompareAnnotations(
            column.Name, expected.RootElement,
            [.. actual.Select(a => new Annotation(a.AnnotatorType, a.Begin, a.End, a.Result, a.Metadata))], where);
    }
}
