using AlbertNative.Model;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Tasks;

/// <summary>Texts that come as ids, texts that are cut at their start, and sparse vectors.</summary>
public sealed class IdInputTests
{
    [Fact]
    public void Ids_are_used_as_they_are()
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        string text = Nano.Text(20);
        int[] ids = Nano.Tokenizer.Encode(text).Ids.ToArray();

        Assert.Equal(embedder.Embed(text), embedder.IdOperation().Run(ids));
        TokenEmbeddings expected = embedder.EmbedTokens(text), tokens = embedder.TokenIdOperation().Run(ids);
        Assert.Equal(expected.Tokens, tokens.Tokens);
        Assert.Equal(expected[3].ToArray(), tokens[3].ToArray());
        Assert.NotEqual(embedder.Embed(text), embedder.IdOperation().Run(ids[1..]));
    }

    [Fact]
    public void Ids_that_the_model_cannot_take_are_refused()
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path, options: new TaskOptions { MaxLength = 4 });
        TaskOperation<IReadOnlyList<int>, float[]> operation = embedder.IdOperation();

        Assert.Contains("no token", Assert.Throws<ArgumentException>(() => operation.Encode([])).Message, StringComparison.Ordinal);
        Assert.Contains("token 1 has the id -1", Assert.Throws<ArgumentException>(() => operation.Encode([2, -1])).Message, StringComparison.Ordinal);
        Assert.Contains($"the id {Nano.Tokenizer.VocabularySize}", Assert.Throws<ArgumentException>(() => operation.Encode([Nano.Tokenizer.VocabularySize])).Message, StringComparison.Ordinal);
        Assert.Equal(5, Assert.Throws<OverlongTextException>(() => operation.Encode([2, 2, 2, 2, 3])).TokenCount);
        Assert.Throws<ArgumentException>(() => embedder.IdOperation(new EmbeddingRequest { Prompt = "query: " }));
    }

    [Fact]
    public void A_text_that_is_cut_at_its_start_keeps_its_end()
    {
        TaskOptions options = new() { MaxLength = 12, Overlong = Overlong.TruncateStart };
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path, options: options);
        string text = Nano.Text(60);
        int[] ids = Nano.Tokenizer.Encode(text).Ids.ToArray();
        int[] kept = [ids[0], .. ids[^11..]];

        EncodedInput<string> encoded = embedder.Operation().Encode(text);
        Assert.True(encoded.IsTruncated);
        Assert.Equal(12, encoded.TokenCount);
        Assert.Equal(embedder.IdOperation().Run(kept), embedder.Embed(text));
        Assert.True(embedder.IdOperation().Encode(ids).IsTruncated);
    }

    [Fact]
    public void Of_a_pair_the_longer_text_is_cut_at_its_start()
    {
        string longText = Nano.Text(60);
        AlbertNative.Tokenization.Encoding pair = Nano.Tokenizer.Encode(
            "the king", longText, new() { MaxLength = 16, Side = AlbertNative.Tokenization.TruncationSide.Left });
        int[] last = Nano.Tokenizer.Encode(longText).Ids[^10..].ToArray();

        Assert.Equal(16, pair.Count);
        Assert.Equal(last, pair.Ids[^10..].ToArray());
        Assert.Throws<ArgumentException>(() => Nano.Tokenizer.Encode(
            longText, new() { MaxLength = 16, Stride = 2, Side = AlbertNative.Tokenization.TruncationSide.Left }));
    }

    [Fact]
    public void A_sparse_vector_has_the_largest_score_of_each_word()
    {
        using SparseEmbedder embedder = SparseEmbedder.Load(ShippedModels.Nano);
        string text = Nano.Text(6);
        MaskedLMHead head = new(embedder.Model.Transformer);
        TokenBatch batch = new();
        batch.Add(Nano.Tokenizer.Encode(text).Ids);
        LogitsOutput output = head.Forward(batch);

        Dictionary<int, double> expected = [];
        for (int row = 0; row < batch.TokenCount; row++)
        {
            for (int word = 0; word < embedder.Dimension; word++)
            {
                if (output.Logits[row][word] > 0)
                    expected[word] = Math.Max(expected.GetValueOrDefault(word), Math.Log(1.0 + output.Logits[row][word]));
            }
        }
        IReadOnlyList<SparseWeight> weights = embedder.Embed(text);
        Assert.Equal(expected.Keys.Order(), weights.Select(weight => weight.TokenId));
        Assert.All(weights, weight => Assert.Equal(expected[weight.TokenId], weight.Weight, 1e-6));
        Assert.Equal(weights, embedder.IdOperation().Run(Nano.Tokenizer.Encode(text).Ids.ToArray()));
        Assert.Equal(weights, embedder.Operation().Run([Nano.Text(40), text]).Last());
    }
}
