using System.Text.Json;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Tasks;

/// <summary>
/// Directories as sentence-transformers 6 saves them, with the embeddings that it makes: every directory below
/// <c>models/interop-st6</c>, the default way and with each prompt by its name.
/// </summary>
public sealed class SentenceTransformerGoldenTests(ITestOutputHelper output)
{
    // The goldens are from float64, these are computed in float32.
    private const double Tolerance = 5e-6;

    private static readonly TaskOptions Truncating = new() { Overlong = Overlong.Truncate };

    public static TheoryData<string> Cases => new(SharedFolder.Directories("models/interop-st6")
        .Where(path => File.Exists(Path.Combine(path, "expected.json")))
        .Select(path => Path.GetFileName(path)));

    public static TheoryData<string> CasesToRefuse => new(SharedFolder.Directories("models/interop-st6")
        .Where(path => !File.Exists(Path.Combine(path, "expected.json")))
        .Select(path => Path.GetFileName(path)));

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Texts_are_embedded_alike(string name)
    {
        string path = SharedFolder.Require("models", "interop-st6", name);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "expected.json")));
        string[] texts = [.. expected.RootElement.GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];
        using TextEmbedder embedder = TextEmbedder.Load(path, options: Truncating);
        double largest = Compare(expected.RootElement.GetProperty("embeddings"), embedder.Embed(texts));
        if (expected.RootElement.TryGetProperty("prompts", out JsonElement prompts))
        {
            foreach (JsonProperty prompt in prompts.EnumerateObject())
            {
                EmbeddingRequest byName = new() { PromptName = prompt.Name };
                largest = Math.Max(largest, Compare(prompt.Value, embedder.Embed(texts[..prompt.Value.GetArrayLength()], byName)));
                EmbeddingRequest byText = new() { Prompt = embedder.Prompts[prompt.Name] };
                Assert.Equal(embedder.Embed(texts[0], byName), embedder.Embed(texts[0], byText));
            }
        }
        output.WriteLine($"{name}: {texts.Length} texts, largest difference {largest:e2}");
        Assert.InRange(largest, 0, Tolerance);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(CasesToRefuse))]
    public void What_is_not_supported_is_refused_by_name(string name)
    {
        string path = SharedFolder.Require("models", "interop-st6", name);
        FormatException e = Assert.ThrowsAny<FormatException>(() => TextEmbedder.Load(path));
        output.WriteLine(e.Message);
        Assert.Contains("is not supported", e.Message);
    }

    private static double Compare(JsonElement expected, IEnumerable<float[]> actual)
    {
        double largest = 0;
        foreach ((JsonElement row, float[] vector) in expected.EnumerateArray().Zip(actual, (row, vector) => (row, vector)))
        {
            double[] values = [.. row.EnumerateArray().Select(value => value.GetDouble())];
            Assert.Equal(values.Length, vector.Length);
            for (int i = 0; i < values.Length; i++)
                largest = Math.Max(largest, Math.Abs(values[i] - vector[i]));
        }
        return largest;
    }
}
