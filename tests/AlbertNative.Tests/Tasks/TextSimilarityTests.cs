namespace AlbertNative.Tests.Tasks;

public sealed class TextSimilarityTests
{
    private static readonly Lazy<TextModel> Model = new(() => TextModel.Open(Testing.ShippedModels.MiniLM));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Near_texts_are_more_alike_than_far_ones()
    {
        TextSimilarity similarity = new(new TextEmbedder(Model.Value));
        string[] texts = ["A man is playing a guitar.", "Someone plays an instrument.", "The stock market fell."];
        float[][] matrix = similarity.CompareAll(texts, Cancel);
        Assert.True(matrix[0][1] > 0.5 && matrix[0][2] < 0.1);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(1, matrix[i][i], 1e-6);
            for (int j = 0; j < texts.Length; j++)
                Assert.Equal((matrix[j][i], similarity.Compare(texts[i], texts[j], Cancel)), (matrix[i][j], matrix[i][j]));
        }
    }

    [Fact]
    public void Lists_are_compared_as_each_is_alone()
    {
        TextSimilarity similarity = new(new TextEmbedder(Model.Value, options: new() { BatchTokens = 10 }));
        IReadOnlyList<string>[] lists = [[], ["one", "two", "three"], [], ["four"], ["five", "six"], []];
        float[][][] all = [.. similarity.CompareAll(lists, Cancel)];
        Assert.Equal(lists.Length, all.Length);
        Assert.All(lists, (list, i) => Assert.Equal(similarity.CompareAll(list, Cancel), all[i]));
    }

    [Fact]
    public void Texts_are_ranked_by_the_similarity_to_the_query()
    {
        TextEmbedder embedder = new(Model.Value);
        string[] texts = ["A king of Israel.", "A machine that sews cloth.", "A needle with thread.", "A king of Israel."];
        IReadOnlyList<RankedText> ranking = new TextSimilarity(embedder).Rank("how do I sew?", texts, cancellationToken: Cancel);
        Assert.Equal([1, 2, 0, 3], ranking.Select(text => text.Index));
        Assert.All(ranking, text => Assert.Equal(
            (float)embedder.Similarity(embedder.Embed("how do I sew?", EmbeddingRequest.Query, Cancel), embedder.Embed(text.Text, EmbeddingRequest.Document, Cancel)), text.Score));
        Assert.Equal(ranking.Take(2), new TextSimilarity(embedder).Rank("how do I sew?", texts, 2, Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TextSimilarity(embedder).Rank("a", texts, 0, Cancel));
    }
}
