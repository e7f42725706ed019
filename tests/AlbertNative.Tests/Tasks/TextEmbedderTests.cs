using AlbertNative.Model;

namespace AlbertNative.Tests.Tasks;

public sealed class TextEmbedderTests
{
    [Fact]
    public void A_text_has_the_same_bits_alone_and_among_others()
    {
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => Nano.Text(i, seed: i))];
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        float[][] together = [.. embedder.Embed(texts)];
        Assert.Equal(texts.Length, together.Length);
        Assert.All(texts, (text, i) => Assert.Equal(together[i], embedder.Embed(text)));
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Pooling_is_over_the_tokens_vectors(Pooling pooling)
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path, new() { Pooling = pooling });
        TokenEmbeddings tokens = embedder.EmbedTokens("the king of Judah");
        float[] vector = embedder.Embed("the king of Judah");
        for (int i = 0; i < vector.Length; i++)
        {
            double[] column = [.. Enumerable.Range(0, tokens.Count).Select(token => (double)tokens[token][i])];
            double expected = pooling switch { Pooling.Cls => column[0], Pooling.Max => column.Max(), _ => column.Average() };
            Assert.Equal(expected, vector[i], 1e-6);
        }
    }

    [Fact]
    public void Token_vectors_know_where_they_stand()
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        string text = "The king of Judah";
        TokenEmbeddings tokens = embedder.EmbedTokens(text);
        Assert.Equal(tokens.Tokens.Count, tokens.Count);
        Assert.Equal("[CLS]", tokens.Tokens[0]);
        Assert.Equal(embedder.Config.HiddenSize, tokens.Dimension);
        Assert.Equal("king", text[tokens.Spans[2].Start..tokens.Spans[2].End].Trim());
        Assert.Equal(tokens.Dimension, tokens[2].Length);
    }

    [Fact]
    public void Words_have_the_vector_of_their_first_token_or_the_mean()
    {
        string[] words = ["the", "", "unquestionableness", "Judah"];
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        TokenEmbeddings first = new TextEmbedder(model).EmbedWords(words);
        TokenEmbeddings mean = new TextEmbedder(model, new() { Words = WordPooling.Mean }).EmbedWords(words);
        Assert.Equal(words, first.Tokens);
        Assert.True(first[1].IsEmpty);
        Assert.Equal(first[3].ToArray(), mean[3].ToArray());
        Assert.NotEqual(first[2].ToArray(), mean[2].ToArray());
    }

    [Fact]
    public void Long_texts_are_refused_truncated_or_read_in_windows()
    {
        string text = Nano.Text(400);
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        OverlongTextException e = Assert.Throws<OverlongTextException>(() => new TextEmbedder(model).Embed(text));
        Assert.Equal((Nano.Tokenizer.Encode(text).Count, 128), (e.TokenCount, e.MaxLength));
        e = Assert.Throws<OverlongTextException>(() => new TextEmbedder(model).Embed(Nano.Text(100_000)));
        Assert.Equal((65_536, 128), (e.TokenCount, e.MaxLength)); // no more are counted
        Assert.Contains("more than 65536 tokens", e.Message);

        TextEmbedder truncating = new(model, options: new() { Overlong = Overlong.Truncate });
        Assert.Equal(128, truncating.EmbedTokens(text).Count);

        TextEmbedder windowing = new(model, options: new() { Overlong = Overlong.Window() });
        Assert.Equal(Nano.Tokenizer.Encode(text).Count, windowing.EmbedTokens(text).Count);
        Assert.NotEqual(truncating.Embed(text), windowing.Embed(text));
        Assert.Equal(truncating.Embed("short"), windowing.Embed("short"));
    }

    [Fact]
    public void The_first_token_does_not_stand_for_windows()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        foreach (Pooling pooling in (Pooling[])[Pooling.Cls, Pooling.Pooler])
        {
            Assert.Throws<ArgumentException>(() => new TextEmbedder(
                model, new() { Pooling = pooling }, new() { Overlong = Overlong.Window(8) }));
        }
    }

    [Fact]
    public void A_checkpoint_without_pooler_has_no_pooler_output()
    {
        ModelConfig config = Nano.Tiny();
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.MaskedLM));
        TextModel model = new(opened, Nano.Tokenizer);
        Assert.Throws<ArgumentException>(() => new TextEmbedder(model, new() { Pooling = Pooling.Pooler }));
    }

    [Fact]
    public void A_model_for_a_smaller_vocabulary_is_refused()
    {
        ModelConfig config = Nano.Tiny() with { VocabularySize = 100 };
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.Model));
        ArgumentException e = Assert.Throws<ArgumentException>(() => new TextModel(opened, Nano.Tokenizer));
        Assert.Contains("100 embeddings", e.Message);
    }

    [Fact]
    public void Cancellation_ends_a_stream()
    {
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path);
        using CancellationTokenSource cancellationToken = new();
        using IEnumerator<float[]> vectors = embedder.Embed(Forever(), cancellationToken: cancellationToken.Token).GetEnumerator();
        Assert.True(vectors.MoveNext());
        cancellationToken.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (vectors.MoveNext())
            {
            }
        });
    }

    [Fact]
    public void Threads_may_share_a_task()
    {
        string[] texts = [.. Enumerable.Range(0, 16).Select(i => Nano.Text(5 + i, seed: i))];
        using TextEmbedder embedder = TextEmbedder.Load(Nano.Path, options: new() { BatchTokens = 64 });
        float[][] expected = [.. embedder.Embed(texts)];
        Parallel.For(0, 4, _ => Assert.Equal(expected, embedder.Embed(texts)));
    }

    private static IEnumerable<string> Forever()
    {
        while (true)
            yield return "the king";
    }
}
