using System.Text;
using System.Text.Json;
using AlbertNative.Model;
using AlbertNative.Server.Dialects;
using AlbertNative.Server.Dialects.Tei;
using AlbertNative.Serving;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Server;

/// <summary>Files that are not what they should be, before and while they are served, and results that are no numbers.</summary>
public sealed class DamagedModelTests
{
    [Fact]
    public async Task A_file_with_what_is_no_number_is_not_served()
    {
        using TemporaryFolder folder = new();
        Tasks.Nano.SaveTiny(folder.Path, Tasks.Nano.Tiny(), ModelArchitecture.Model);
        BreakRow(Path.Combine(folder.Path, "model.safetensors"), row: 7, Tasks.Nano.Tiny().EmbeddingSize);

        ModelLoadException refused = await Assert.ThrowsAsync<ModelLoadException>(() => LoopbackServerApp.StartAsync(("model", $"tiny={folder.Path}")));

        Assert.Contains("word_embeddings.weight: element 56 is NaN", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_result_that_is_no_number_is_never_written(float number)
    {
        Assert.Throws<NotFiniteNumberException>(() => Write(json => json.WriteVector([1, number])));
        Assert.Throws<NotFiniteNumberException>(() => TeiVectors.RequireFinite([number, 1]));
        Assert.ThrowsAny<ArgumentException>(() => Write(json => json.WriteLabel(new LabelScore("a", number))));
        Assert.ThrowsAny<ArgumentException>(() => Write(json => TeiTasks.WriteRank(json, 0, null, number)));

        static void Write(Action<Utf8JsonWriter> write)
        {
            using MemoryStream written = new();
            using Utf8JsonWriter json = new(written);
            write(json);
        }
    }

    [Fact]
    public async Task A_file_that_is_cut_in_place_under_a_server_does_its_answers_no_harm()
    {
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "nano.safetensors");
        File.Copy(ShippedModels.Nano, file);
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(("model", $"nano={file}"));
        await using (FileStream cut = new(file, FileMode.Open, FileAccess.Write))
            cut.SetLength(0);

        string[] texts = [.. Enumerable.Range(1, 20).Select(words => Tasks.Nano.Text(words, seed: words))];
        using TextEmbedder embedder = TextEmbedder.Load(ShippedModels.Nano, new EmbeddingOptions { Normalize = true });
        RawAnswer answer = await server.PostAsync("/embed", JsonSerializer.Serialize(new { inputs = texts }));

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(texts.Select(text => embedder.Embed(text)), JsonSerializer.Deserialize<float[][]>(answer.Body));
    }

    /// <summary>Makes the embedding of one token of a file NaN.</summary>
    private static void BreakRow(string file, int row, int width)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int length = (int)BitConverter.ToInt64(bytes);
        using JsonDocument header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        JsonProperty embeddings = header.RootElement.EnumerateObject().Single(tensor => tensor.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal));
        Assert.Equal("F32", embeddings.Value.GetProperty("dtype").GetString());
        int begin = 8 + length + embeddings.Value.GetProperty("data_offsets")[0].GetInt32();
        for (int column = 0; column < width; column++)
            BitConverter.TryWriteBytes(bytes.AsSpan(begin + (4 * ((row * width) + column))), float.NaN);
        File.WriteAllBytes(file, bytes);
    }
}
