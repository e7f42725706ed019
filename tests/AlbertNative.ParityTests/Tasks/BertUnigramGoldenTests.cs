using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.ParityTests.Tokenization;
using AlbertNative.Testing;
using AlbertNative.Tokenization;

namespace AlbertNative.ParityTests.Tasks;

/// <summary>
/// A BERT with XLM-R's Unigram <c>tokenizer.json</c>, as multilingual-e5-small is: template, special tokens and ids as its file
/// says, whatever the model's type. <c>models/interop-bert-unigram</c>, as a directory and as one file.
/// </summary>
public sealed class BertUnigramGoldenTests : IDisposable
{
    private const double Tolerance = 1e-5;
    private const int MaxLength = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("albert-unigram-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Texts_and_pairs_have_its_ids_and_vectors()
    {
        string directory = SharedFolder.Require("models", "interop-bert-unigram");
        Assert.SkipUnless(Directory.Exists(directory), "the reference folder has no interop-bert-unigram");
        string file = Path.Combine(_folder, "model.safetensors");
        ModelConverter.Convert(directory, file);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "expected.json")));
        foreach (string path in (string[])[directory, file])
        {
            using TextModel model = TextModel.Open(path);
            EncoderHead head = new(model.Transformer);
            int compared = 0;
            foreach (JsonElement line in expected.RootElement.GetProperty("texts").EnumerateArray().Concat(expected.RootElement.GetProperty("pairs").EnumerateArray()))
            {
                Compare(line, model.Tokenizer, head);
                compared++;
            }
            Assert.NotEqual(0, compared);

            JsonElement first = expected.RootElement.GetProperty("texts")[0];
            TextEmbedder embedder = new(model, options: new() { MaxLength = MaxLength, Overlong = Overlong.Truncate });
            AssertClose(first.GetProperty("mean"), embedder.Embed(first.GetProperty("text").GetString()!));
        }
    }

    private static void Compare(JsonElement line, Tokenizer tokenizer, EncoderHead head)
    {
        string text = line.GetProperty("text").GetString()!;
        string? pair = line.TryGetProperty("pair", out JsonElement second) ? second.GetString() : null;
        EncodeOptions options = EncodeOptions.Default with { MaxLength = MaxLength };
        Encoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.Encode(text, pair, options);
        Assert.Equal(Numbers(line.GetProperty("ids")), encoding.Ids.ToArray());
        Assert.Equal(Numbers(line.GetProperty("type_ids")), encoding.TokenTypeIds.ToArray());
        Assert.Equal(line.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()), encoding.Tokens);
        Assert.Equal(
            line.GetProperty("offsets").EnumerateArray().Select(offset => (offset[0].GetInt32(), offset[1].GetInt32())),
            CodePointOffsets.Of(encoding, token => encoding.SequenceIndices[token] == 1 ? pair! : text));

        TokenBatch batch = new();
        batch.Add(encoding.Ids, encoding.TokenTypeIds);
        EncoderOutput output = head.Forward(batch);
        float[] mean = new float[output.LastHiddenState.Columns];
        for (int i = 0; i < mean.Length; i++)
            mean[i] = (float)Enumerable.Range(0, encoding.Count).Average(token => (double)output.LastHiddenState[token][i]);
        AssertClose(line.GetProperty("mean"), mean);
    }

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];

    private static void AssertClose(JsonElement expected, float[] actual)
    {
        Assert.Equal(expected.GetArrayLength(), actual.Length);
        for (int i = 0; i < actual.Length; i++)
            Assert.Equal(expected[i].GetDouble(), actual[i], Tolerance);
    }
}
