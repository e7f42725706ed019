using System.Numerics.Tensors;
using System.Text.Json;
using AlbertNative.Checkpoints;
using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.ParityTests.Tasks;

/// <summary>The real all-MiniLM-L6-v2, <c>goldens/bert/minilm</c>: as it is published, and as it ships in 8 bits.</summary>
public sealed class MiniLmGoldenTests(ITestOutputHelper output)
{
    private static readonly TaskOptions Truncating = new() { Overlong = Overlong.Truncate };

    private static string Published => SharedFolder.Require("models", "all-MiniLM-L6-v2");

    [Fact]
    public void Vectors_are_as_near_as_those_of_single_precision_can_be()
    {
        (string[] texts, double[][] reference) = Golden("embeddings");
        double own = Largest(reference, [.. Golden("embeddings.float32").Vectors.Select(vector => Array.ConvertAll(vector, value => (float)value))]);
        using TextEmbedder embedder = TextEmbedder.Load(Published, options: Truncating);
        double largest = Largest(reference, [.. embedder.Embed(texts)]);
        output.WriteLine($"{texts.Length} texts: largest difference {largest:e2}, PyTorch's own {own:e2}");
        Assert.InRange(largest, 0, (2 * own) + 2e-7);
    }

    [Fact]
    public void Tokens_and_their_vectors_are_alike()
    {
        string[] texts = Texts(out JsonElement[] lines);
        using TextEmbedder embedder = TextEmbedder.Load(Published, options: Truncating);
        using Checkpoint outputs = Checkpoint.Open(OutputsFile);
        double largest = 0;
        foreach ((int i, TokenEmbeddings tokens) in embedder.EmbedTokens(texts).Index())
        {
            Assert.Equal(lines[i].GetProperty("ids").GetArrayLength(), tokens.Count);
            Assert.Equal(lines[i].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), embedder.Tokenizer.Encode(texts[i], new() { MaxLength = embedder.MaxLength }).Ids.ToArray());
            if (!outputs.TryGet($"tokens.{i}", out CheckpointTensor? golden))
                continue;
            float[] expected = new float[golden.ElementCount];
            golden.CopyTo(expected);
            for (int token = 0; token < tokens.Count; token++)
            {
                for (int at = 0; at < tokens.Dimension; at++)
                    largest = Math.Max(largest, Math.Abs(expected[(token * tokens.Dimension) + at] - tokens[token][at]));
            }
        }
        output.WriteLine($"largest difference of a token's number {largest:e2}");
        Assert.InRange(largest, 0, 1e-5);
    }

    /// <summary>Also where activations are rounded to 8 bits, the vectors stay within the bar of what ships.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(WeightPrecision.Int8)]
    public void What_ships_in_8_bits_is_nearly_the_same(object? precision)
    {
        (string[] texts, double[][] reference) = Golden("embeddings");
        using TextEmbedder embedder = TextEmbedder.Load(
            ShippedModels.MiniLM, options: Truncating, modelOptions: new() { Precision = (WeightPrecision?)precision });
        Assert.Equal(precision ?? WeightPrecision.Float32, embedder.Model.Transformer.Precision);
        double[] cosines = [.. embedder.Embed(texts).Zip(reference, (vector, expected) =>
            TensorPrimitives.CosineSimilarity<double>(Array.ConvertAll(vector, value => (double)value), expected))];
        output.WriteLine($"{embedder.Model.Transformer.Precision}: cosine {cosines.Average():F6} in the mean, {cosines.Min():F6} at least");
        Assert.InRange(cosines.Average(), 0.998, 1);
        Assert.InRange(cosines.Min(), 0.99, 1);
    }

    /// <summary>Its <c>tokenizer.json</c> cuts at 128, sentence-transformers at the 256 of its own file.</summary>
    [Fact]
    public void Texts_are_cut_at_256_tokens_and_vectors_normalised_in_both_forms()
    {
        foreach (string path in (string[])[Published, ShippedModels.MiniLM])
        {
            using TextEmbedder embedder = TextEmbedder.Load(path, options: Truncating);
            Assert.Equal((256, 384, SimilarityFunction.Cosine), (embedder.MaxLength, embedder.Dimension, embedder.SimilarityFunction));
            string words = string.Join(' ', Enumerable.Repeat("word", 254));
            float[] full = embedder.Embed(words);
            Assert.Equal(1, TensorPrimitives.Norm<float>(full), 1e-6);
            Assert.NotEqual(full, embedder.Embed(string.Join(' ', Enumerable.Repeat("word", 200))));
            Assert.Equal(full, embedder.Embed(words + " and more"));
        }
    }

    [Fact]
    public void Near_texts_are_nearer_than_far_ones()
    {
        string[] texts = Texts(out JsonElement[] lines);
        string[] triples = [.. texts.Where((_, i) => lines[i].GetProperty("kind").GetString() == "triple")];
        Assert.SkipWhen(triples.Length == 0, "there are no triples");
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.MiniLM, options: Truncating);
        foreach (float[][] vectors in embedder.Embed(triples).Chunk(3))
            Assert.True(embedder.Similarity(vectors[0], vectors[1]) > embedder.Similarity(vectors[0], vectors[2]) + 0.2);
    }

    private static string OutputsFile => SharedFolder.Require("goldens", "bert", "minilm", "outputs.safetensors");

    private static string[] Texts(out JsonElement[] lines)
    {
        lines = [.. File.ReadLines(SharedFolder.Require("goldens", "bert", "minilm", "texts.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        return [.. lines.Select(line => line.GetProperty("text").GetString()!)];
    }

    private static (string[] Texts, double[][] Vectors) Golden(string name)
    {
        string[] texts = Texts(out _);
        using Checkpoint outputs = Checkpoint.Open(OutputsFile);
        Assert.True(outputs.TryGet(name, out CheckpointTensor? tensor));
        double[] values = CheckpointComparison.Doubles(tensor);
        int width = (int)tensor.Shape[1];
        double[][] vectors = [.. values.Chunk(width)];
        Assert.Equal(texts.Length, vectors.Length);
        return (texts, vectors);
    }

    private static double Largest(double[][] expected, float[][] actual) => expected.Zip(actual, (row, vector) =>
    {
        Assert.Equal(row.Length, vector.Length);
        return row.Select((value, i) => Math.Abs(value - vector[i])).Max();
    }).Max();
}
