using System.Text.Json;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Tasks;

/// <summary>
/// Directories as sentence-transformers 6 saves its cross-encoders: every directory below <c>models/interop-cross-encoder</c>,
/// each also as a one-file model.
/// </summary>
public sealed class CrossEncoderGoldenTests(ITestOutputHelper output) : IDisposable
{
    // The goldens are from float64, these are computed in float32.
    private const double Tolerance = 2e-6;

    private static readonly TaskOptions Truncating = new() { Overlong = Overlong.Truncate };

    private readonly string _folder = Directory.CreateTempSubdirectory("albert-cross-encoder-").FullName;
    private double _largest;

    public static TheoryData<string> Cases => new(SharedFolder.Directories("models/interop-cross-encoder").Select(path => Path.GetFileName(path)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Pairs_are_scored_and_texts_ranked_alike(string name)
    {
        string directory = SharedFolder.Require("models", "interop-cross-encoder", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "expected.json")));
        JsonElement expected = document.RootElement;
        string file = Path.Combine(_folder, "model.safetensors");
        ModelConverter.Convert(directory, file);
        string exported = Path.Combine(_folder, "exported");
        ModelExporter.Export(file, exported);
        foreach (string path in (string[])[directory, file, exported])
        {
            using TextModel model = TextModel.Open(path);
            if (expected.TryGetProperty("rank", out JsonElement rank))
                CompareRanker(new Reranker(model, Truncating), expected, rank);
            else
                CompareClassifier(model, expected);
        }
        output.WriteLine($"{name}: largest difference {_largest:e2}");
    }

    private void CompareRanker(Reranker reranker, JsonElement expected, JsonElement rank)
    {
        Assert.Equal(expected.GetProperty("max_length").GetInt32(), reranker.MaxLength);
        (string, string)[] pairs = Pairs(expected);
        // Where a text is empty, the ids listed are those of the query alone, and the scores those of the pair.
        foreach ((JsonElement ids, (string Query, string Text) pair) in expected.GetProperty("ids").EnumerateArray().Zip(pairs).Where(line => line.Second.Item2.Length > 0))
            Assert.Equal(ids.GetArrayLength(), reranker.Operation().Encode(pair).TokenCount);
        AssertClose(expected.GetProperty("scores"), [.. reranker.Score(pairs)]);
        AssertClose(expected.GetProperty("logits"), [.. reranker.Score(pairs, new() { Function = ScoreFunction.None })]);

        string query = rank.GetProperty("query").GetString()!;
        string[] texts = [.. rank.GetProperty("documents").EnumerateArray().Select(text => text.GetString()!)];
        AssertRanked(rank.GetProperty("results"), reranker.Rerank(query, texts));
        AssertRanked(rank.GetProperty("top_2"), reranker.Rerank(query, texts, new() { TopK = 2 }));
    }

    // Several labels: scores are given, ranks refused.
    private void CompareClassifier(TextModel model, JsonElement expected)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new Reranker(model));
        Assert.Contains($"this model has {model.Config.LabelCount}", refusal.Message, StringComparison.Ordinal);

        TextClassifier classifier = new(model, Truncating);
        (string, string)[] pairs = Pairs(expected);
        foreach ((string key, ScoreFunction? function) in ((string, ScoreFunction?)[])[("scores", ScoreFunction.None), ("softmax", null)])
        {
            JsonElement[] wanted = [.. expected.GetProperty(key).EnumerateArray()];
            IReadOnlyList<LabelScore>[] actual = [.. classifier.ClassifyPairs(pairs, new() { Function = function })];
            Assert.Equal(wanted.Length, actual.Length);
            foreach ((JsonElement scores, IReadOnlyList<LabelScore> labels) in wanted.Zip(actual))
                AssertClose(scores, [.. model.Config.Labels.Select(label => labels.Single(score => score.Label == label).Score)]);
        }
    }

    private static (string, string)[] Pairs(JsonElement expected) =>
        [.. expected.GetProperty("pairs").EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!))];

    private void AssertRanked(JsonElement expected, IReadOnlyList<RankedText> actual)
    {
        Assert.Equal(expected.EnumerateArray().Select(text => text.GetProperty("corpus_id").GetInt32()), actual.Select(text => text.Index));
        foreach ((JsonElement text, RankedText found) in expected.EnumerateArray().Zip(actual))
            AssertClose(text.GetProperty("score").GetDouble(), found.Score);
    }

    private void AssertClose(JsonElement expected, float[] actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++)
            AssertClose(expected[i].GetDouble(), actual[i]);
    }

    private void AssertClose(double expected, float actual)
    {
        _largest = Math.Max(_largest, Math.Abs(expected - actual));
        Assert.Equal(expected, actual, Tolerance);
    }
}
