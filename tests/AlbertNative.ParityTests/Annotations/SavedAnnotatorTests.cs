using System.Text.Json;
using AlbertNative.Annotations;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Annotations;

/// <summary>Models that Spark NLP itself has saved give what they gave in it.</summary>
public sealed class SavedAnnotatorTests
{
    public static TheoryData<string> Saved => [.. SharedFolder.Directories("models/spark-nlp-saved").Select(path => Path.GetFileName(path))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Saved))]
    public void A_saved_model_has_its_settings_and_labels(string name)
    {
        using SavedAnnotator saved = SavedAnnotator.Open(SharedFolder.Require("models", "spark-nlp-saved", name));
        ModelAnnotator stage = Assert.IsAssignableFrom<ModelAnnotator>(saved.Stage);
        Assert.Equal(["document", "token"], stage.InputCols);
        Assert.Equal(1, stage.BatchSize);
        Assert.Equal(128, stage.MaxSentenceLength);
        Assert.Contains(name.Contains("embeddings", StringComparison.Ordinal) ? "ALBERT_EMBEDDINGS" : "AlbertFor", stage.Uid);
    }

    [Theory]
    [InlineData("albert-embeddings", "albert-embeddings", "albert-nano")]
    [InlineData("albert-token-classification", "token-classification", "albert-nano-fa-upos")]
    public void A_saved_model_gives_what_its_goldens_say(string saved, string goldens, string model)
    {
        using AnnotationModel opened = AnnotationModel.Open(SharedFolder.Require("models", "spark-nlp-saved", saved));
        int annotations = 0;
        foreach (SparkNlpLine line in SparkNlpLine.Of(goldens + ".jsonl.gz"))
        {
            if (line.Line.GetProperty("pipeline").EnumerateArray().Any(stage => stage.TryGetProperty("model", out JsonElement name) && name.GetString() != model))
                continue;
            SparkNlpComparison comparison = new(line.Id);
            IEnumerable<AnnotationRow> rows = line.Frames().SelectMany(
                frame => line.Pipeline(AnnotationMode.SparkNlpExact, _ => opened).Transform(frame).Rows);
            foreach ((JsonElement expected, AnnotationRow actual) in line.Line.GetProperty("out").EnumerateArray().Zip(rows))
                comparison.Compare(expected, actual);
            annotations += comparison.Count;
        }
        Assert.True(annotations > 0, "nothing was compared");
    }
}
