using AlbertNative.Checkpoints;
using AlbertNative.Tests.Checkpoints;
using AlbertNative.Tests.Conversion;

namespace AlbertNative.Tests.Tasks;

public sealed class TextSearchTests : IDisposable
{
    private static readonly string[] Texts = [.. Enumerable.Range(0, 60).Select(i => i % 7 == 3 ? "the king went up" : Nano.Text(1 + (i % 9), seed: i)), "", "شاه\u0000 رفت", "\ud83d half"];

    private static readonly Lazy<TextModel> Model = new(() => TextModel.Open(Nano.Path));

    private readonly TemporaryFolder _folder = new();
    private readonly TextEmbedder _embedder = new(Model.Value, options: new() { BatchTokens = 40 });
    private readonly TextSearch _search;

    public TextSearchTests() => _search = new(_embedder);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string IndexPath => Path.Combine(_folder.Path, "index.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Streams_and_indices_give_the_best_of_all_and_of_equal_ones_the_earlier(int topK)
    {
        string[] queries = ["the king", "his servants", "the king went up"];
        _search.WriteIndex(Texts, IndexPath, Cancel);
        using VectorIndex index = VectorIndex.Open(IndexPath);
        Assert.Equal((Texts.Length, _embedder.Dimension), (index.Count, index.Dimension));
        float[][] vectors = [.. _search.EmbedQueries(queries, Cancel)];
        IReadOnlyList<IReadOnlyList<SearchHit>> inTexts = _search.Search(vectors, Texts, topK, Cancel), inIndex = index.Search(vectors, topK, cancellationToken: Cancel);
        foreach ((int q, string query) in queries.Index())
        {
            float[] scores = [.. Texts.Select(text => (float)_embedder.Similarity(vectors[q], _embedder.Embed(text, cancellationToken: Cancel)))];
            int[] expected = [.. Enumerable.Range(0, Texts.Length).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(topK)];
            Assert.Equal(expected.Select(i => new SearchHit(i, Texts[i], scores[i])), inTexts[q]);
            // UTF-8 has no half of a pair.
            Assert.Equal(inTexts[q].Select(hit => hit with { Text = hit.Text.Replace('\ud83d', '\ufffd') }), inIndex[q]);
            Assert.Equal(inTexts[q], _search.Search(query, Texts, topK, Cancel));
            Assert.Equal(inIndex[q], _search.Search(query, index, topK, Cancel));
        }
    }

    [Fact]
    public void Texts_are_read_as_they_are_needed_and_no_further_than_the_one_that_is_too_long()
    {
        int read = 0;
        IEnumerable<string> Endless()
        {
            for (; ; read++)
                yield return read == 500 ? Nano.Text(400) : "the king";
        }
        Assert.Throws<OverlongTextException>(() => _search.Search("a", Endless(), cancellationToken: Cancel));
        Assert.Equal(500, read);
    }

    [Fact]
    public void What_fails_leaves_no_file_and_the_old_one_alone()
    {
        File.WriteAllText(IndexPath, "old");
        Assert.Throws<OverlongTextException>(() => _search.WriteIndex(["fine", Nano.Text(400)], IndexPath, Cancel));
        Assert.Throws<InvalidOperationException>(() => _search.WriteIndex([], IndexPath, Cancel));
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => _search.WriteIndex(Texts.Select((text, i) => i == 50 ? Stop(text) : text), IndexPath, stop.Token));
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.EnumerateFiles(_folder.Path))));
        Assert.Throws<IOException>(() => _search.WriteIndex(Texts, _folder.Path, Cancel));
        Assert.ThrowsAny<IOException>(() => _search.WriteIndex(Texts, Path.Combine(_folder.Path, "none", "x.safetensors"), Cancel));

        string Stop(string text)
        {
            stop.Cancel();
            return text;
        }
    }

    [Fact]
    public void An_index_knows_its_model_whatever_its_precision()
    {
        _search.WriteIndex(Texts, IndexPath, Cancel);
        using VectorIndex index = VectorIndex.Open(IndexPath);
        using TextEmbedder rounded = TextEmbedder.Load(Nano.Path, modelOptions: new() { Precision = AlbertNative.Tensors.WeightPrecision.Int8 });
        new TextSearch(rounded).Require(index);
        TextEmbedder otherPooling = new(Model.Value, new() { Pooling = Pooling.Max });
        Assert.Contains("another model", Assert.Throws<ArgumentException>(() => new TextSearch(otherPooling).Require(index)).Message, StringComparison.Ordinal);
        using TextEmbedder other = TextEmbedder.Load(Testing.ShippedModels.MiniLM);
        Assert.Contains("another model", Assert.Throws<ArgumentException>(() => new TextSearch(other).Search("a", index, cancellationToken: Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_indices_are_refused()
    {
        _search.WriteIndex(Texts, IndexPath, Cancel);
        AssertRefused("is no index", Nano.Path);
        AssertRefused("'2', expected '1'", Changed(entries => entries["albertnative.index"] = "2"));
        AssertRefused("similarity 'far'", Changed(entries => entries["similarity"] = "far"));
        AssertRefused("no vectors of F32", Changed(replace: ("vectors", (writer, t) => writer.Add("vectors", TensorType.F16, t.Shape.AsSpan(), new float[t.ElementCount].AsMemory()))));
        AssertRefused("does not fit", Changed(replace: ("text_ends", (writer, t) => writer.Add("text_ends", TensorType.I64, [1], new byte[8].AsMemory()))));
        AssertRefused("of one length", Changed(replace: ("probe", (writer, t) => writer.Add("probe", TensorType.F32, [1], new float[1].AsMemory()))));
        AssertRefused("the texts end at 0", Changed(replace: ("text_ends", (writer, t) => writer.Add("text_ends", TensorType.I64, t.Shape.AsSpan(), new byte[t.ByteCount].AsMemory()))));
        byte[] backwards = new byte[8 * Texts.Length];
        backwards[0] = 9;
        AssertRefused("text 1 ends at 0", Changed(replace: ("text_ends", (writer, t) => writer.Add("text_ends", TensorType.I64, t.Shape.AsSpan(), backwards.AsMemory()))));
        File.WriteAllBytes(IndexPath + ".cut.safetensors", File.ReadAllBytes(IndexPath)[..^100]);
        Assert.Throws<CheckpointFormatException>(() => VectorIndex.Open(IndexPath + ".cut.safetensors"));
        Assert.Throws<FileNotFoundException>(() => VectorIndex.Open(Path.Combine(_folder.Path, "none.safetensors")));

        float[] numbers = new float[Texts.Length * _embedder.Dimension];
        numbers[^1] = float.NaN;
        using VectorIndex nan = VectorIndex.Open(Changed(replace: ("vectors", (writer, t) => writer.Add("vectors", TensorType.F32, t.Shape.AsSpan(), numbers.AsMemory()))));
        Assert.Throws<CheckpointFormatException>(() => nan.Search([new float[_embedder.Dimension]], 3, cancellationToken: Cancel));
    }

    [Fact]
    public void Calls_that_make_no_sense_are_refused()
    {
        _search.WriteIndex(Texts, IndexPath, Cancel);
        using VectorIndex index = VectorIndex.Open(IndexPath);
        Assert.Throws<ArgumentException>(() => index.Search([new float[3]], 1, cancellationToken: Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([], 0, cancellationToken: Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.TextAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.TextAt(Texts.Length));
        using VectorIndexWriter writer = new(IndexPath, _embedder);
        Assert.Throws<ArgumentException>(() => writer.Add("a", new float[3]));
        float[] infinite = new float[_embedder.Dimension];
        infinite[5] = float.PositiveInfinity;
        Assert.Throws<ArgumentException>(() => writer.Add("a", infinite));
    }

    private static void AssertRefused(string message, string path) =>
        Assert.Contains(message, Assert.Throws<CheckpointFormatException>(() => VectorIndex.Open(path)).Message, StringComparison.Ordinal);

    private string Changed(
        Action<Dictionary<string, string>>? metadata = null, (string Name, Action<SafetensorsWriter, CheckpointTensor> Write)? replace = null) =>
        OneFile.Rewrite(IndexPath, Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.safetensors"), metadata, (writer, tensor) =>
        {
            if (replace is not { } other || tensor.Name != other.Name)
                return false;
            other.Write(writer, tensor);
            return true;
        });
}
