using System.Text.Json;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Tasks;

/// <summary>Whole tasks from text, <c>goldens/tasks</c>: every file, each on the model of its name, every line.</summary>
public sealed class TaskGoldenTests(ITestOutputHelper output)
{
    // The goldens are from float64, these tasks are computed in float32.
    private const double Tolerance = 2e-5;

    // The reference cuts off what its model cannot take.
    private static readonly TaskOptions Truncating = new() { Overlong = Overlong.Truncate };

    private double _largest;

    /// <summary>The models that have lines of a task.</summary>
    public static TheoryData<string> ModelsFor(string task) =>
        new(SharedFolder.Files(Path.Combine("goldens", "tasks"), "*.jsonl.gz")
            .Where(path => GoldenLines.Read(path).Any(line => Is(task, line)))
            .Select(path => Path.GetFileName(path)[..^".jsonl.gz".Length]));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ModelsFor), "fill-mask")]
    public void Masks_are_filled_alike(string model)
    {
        JsonElement[] lines = Lines(model, "fill-mask");
        using MaskFiller filler = MaskFiller.Load(Model(model), Truncating);
        foreach ((JsonElement line, IReadOnlyList<IReadOnlyList<MaskFill>> masks) in lines.Zip(filler.Fill(lines.Select(Text))))
        {
            JsonElement[] expected = [.. line.GetProperty("masks").EnumerateArray()];
            Assert.Equal(expected.Length, masks.Count);
            foreach ((JsonElement fills, IReadOnlyList<MaskFill> actual) in expected.Zip(masks))
                AssertFills(fills, actual);
        }
        Report(model, lines.Length);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ModelsFor), "sentence-order")]
    public void Sentences_are_ordered_alike(string model)
    {
        JsonElement[] lines = Lines(model, "sentence-order");
        using SentenceOrderPredictor predictor = SentenceOrderPredictor.Load(Model(model), Truncating);
        IEnumerable<(string, string)> pairs =
            lines.Select(line => (line.GetProperty("first").GetString()!, line.GetProperty("second").GetString()!));
        foreach ((JsonElement line, SentenceOrder order) in lines.Zip(predictor.Predict(pairs)))
        {
            JsonElement expected = line.GetProperty("probabilities");
            AssertClose(expected[0].GetDouble(), order.InOrder, line);
            AssertClose(expected[1].GetDouble(), order.Swapped, line);
        }
        Report(model, lines.Length);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ModelsFor), "embed")]
    public void Texts_are_embedded_alike(string model)
    {
        JsonElement[] lines = Lines(model, "embed");
        (string Key, EmbeddingOptions Options)[] ways =
        [
            ("cls", new() { Pooling = Pooling.Cls }),
            ("mean", new() { Pooling = Pooling.Mean }),
            ("max", new() { Pooling = Pooling.Max }),
            ("mean-sqrt-len", new() { Pooling = Pooling.MeanSqrtLen }),
            ("pooler", new() { Pooling = Pooling.Pooler }),
            ("mean_normalised", new() { Pooling = Pooling.Mean, Normalize = true }),
        ];
        using TextModel shared = TextModel.Open(Model(model));
        foreach ((string key, EmbeddingOptions options) in ways)
        {
            TextEmbedder embedder = new(shared, options, Truncating);
            foreach ((JsonElement line, float[] vector) in lines.Zip(embedder.Embed(lines.Select(Text))))
            {
                foreach ((int i, JsonElement expected) in line.GetProperty(key).EnumerateArray().Index())
                    AssertClose(expected.GetDouble(), vector[i], line);
            }
        }

        TextEmbedder tokens = new(shared, options: Truncating);
        foreach ((JsonElement line, TokenEmbeddings vectors) in lines.Zip(tokens.EmbedTokens(lines.Select(Text))))
            Assert.Equal(line.GetProperty("tokens").GetInt32(), vectors.Count);
        Report(model, lines.Length);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ModelsFor), "tag")]
    public void Tokens_are_tagged_alike(string model)
    {
        JsonElement[] lines = Lines(model, "tag");
        using TokenClassifier classifier = TokenClassifier.Load(Model(model), Truncating);
        TokenClassificationOptions everyToken = new() { IgnoredLabels = [] };
        foreach ((JsonElement line, IReadOnlyList<Entity> entities) in lines.Zip(classifier.Classify(lines.Select(Text), everyToken)))
        {
            // The goldens hold [CLS] and [SEP] too, which are no part of the text.
            Assert.Equal(line.GetProperty("tokens").GetArrayLength() - 2, entities.Count);
            foreach (Entity entity in entities)
            {
                int token = entity.TokenIndex!.Value;
                Assert.Equal(line.GetProperty("labels")[token].GetString(), entity.Label);
                AssertClose(line.GetProperty("scores")[token].GetDouble(), entity.Score, line);
            }
        }
        Report(model, lines.Length);
    }

    // Where two words are as likely, to within the tolerance, either may come first.
    private void AssertFills(JsonElement expected, IReadOnlyList<MaskFill> actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Count);
        foreach ((JsonElement fill, MaskFill found) in expected.EnumerateArray().Zip(actual))
        {
            double score = fill.GetProperty("score").GetDouble();
            AssertClose(score, found.Score, fill);
            if (fill.GetProperty("token").GetInt32() == found.TokenId)
                Assert.Equal(fill.GetProperty("piece").GetString(), found.Token);
            else
                Assert.Contains(expected.EnumerateArray(), other => IsTied(other, found.TokenId, score));
        }
    }

    private static bool IsTied(JsonElement other, int tokenId, double score) =>
        other.GetProperty("token").GetInt32() == tokenId && Math.Abs(other.GetProperty("score").GetDouble() - score) < Tolerance;

    private static JsonElement[] Lines(string model, string task) =>
        [.. GoldenLines.Read(SharedFolder.Require("goldens", "tasks", $"{model}.jsonl.gz")).Where(line => Is(task, line))];

    private static bool Is(string task, JsonElement line) => line.GetProperty("task").GetString() == task;

    private static string Model(string name) => SharedFolder.Require("models", name);

    private static string Text(JsonElement line) => line.GetProperty("text").GetString()!;

    private void AssertClose(double expected, float actual, JsonElement where)
    {
        double difference = Math.Abs(expected - actual);
        _largest = Math.Max(_largest, difference);
        Assert.True(difference <= Tolerance, $"expected {expected}, found {actual}: {where}");
    }

    private void Report(string model, int lines) => output.WriteLine($"{model}: {lines} lines, largest difference {_largest:E2}");
}
