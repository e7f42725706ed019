using AlbertNative.Model;

namespace AlbertNative.Tests.Tasks;

public sealed class RerankerTests : IDisposable
{
    private static readonly string[] Texts = ["the king went up", "his servants", "شاه رفت", "", "of Judah", "his servants", "Jerusalem"];

    private readonly PreTrainedModel _opened;
    private readonly TextModel _model;
    private readonly Reranker _reranker;

    public RerankerTests()
    {
        ModelConfig config = Nano.Tiny(labels: 1);
        _opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.SequenceClassification));
        _model = new(_opened, Nano.Tokenizer);
        _reranker = new(_model, new() { BatchTokens = 20 });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _opened.Dispose();

    [Fact]
    public async Task Texts_come_best_first_and_equal_ones_in_their_order()
    {
        float[] scores = [.. Texts.Select(text => _reranker.Score("the king", text, cancellationToken: Cancel))];
        IReadOnlyList<RankedText> ranking = _reranker.Rerank("the king", Texts, cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(0, Texts.Length).OrderByDescending(i => scores[i]).ThenBy(i => i), ranking.Select(text => text.Index));
        Assert.All(ranking, text => Assert.Equal((Texts[text.Index], scores[text.Index]), (text.Text, text.Score)));
        Assert.Equal(ranking, await _reranker.RerankAsync("the king", Texts, cancellationToken: Cancel));
        Assert.Equal(ranking.Take(3), _reranker.Rerank("the king", Texts, new() { TopK = 3 }, Cancel));
        Assert.Empty(_reranker.Rerank("the king", [], cancellationToken: Cancel));
        Assert.Empty(await _reranker.RerankAsync("the king", [], cancellationToken: Cancel));
    }

    [Fact]
    public void A_stream_of_queries_is_answered_as_each_is_alone()
    {
        (string, IReadOnlyList<string>)[] queries =
            [("a", []), ("the king", Texts), ("b", []), ("c", []), ("شاه", Texts[..2]), ("", ["x"]), ("d", [])];
        IReadOnlyList<RankedText>[] all = [.. _reranker.Rerank(queries, cancellationToken: Cancel)];
        Assert.Equal(queries.Length, all.Length);
        Assert.All(queries, (query, i) => Assert.Equal(_reranker.Rerank(query.Item1, query.Item2, cancellationToken: Cancel), all[i]));
    }

    [Fact]
    public void A_pair_that_is_too_long_fails_in_its_turn()
    {
        string tooLong = Nano.Text(100);
        (string, IReadOnlyList<string>)[] queries = [("a", ["b", "c"]), ("d", []), ("e", ["f", tooLong]), ("g", ["h"])];
        using IEnumerator<IReadOnlyList<RankedText>> results = _reranker.Rerank(queries, cancellationToken: Cancel).GetEnumerator();
        Assert.True(results.MoveNext());
        Assert.True(results.MoveNext());
        Assert.Throws<OverlongTextException>(() => results.MoveNext());
        Reranker truncating = new(_model, new() { Overlong = Overlong.Truncate });
        Assert.InRange(truncating.Score(tooLong, tooLong, cancellationToken: Cancel), 0, 1);
        Assert.Throws<ArgumentException>(() => new Reranker(_model, new() { Overlong = Overlong.Window() }));
    }

    [Fact]
    public void Of_a_pair_that_is_too_long_the_text_alone_is_cut_where_the_query_is_to_be_kept()
    {
        Reranker truncating = new(_model, new() { Overlong = Overlong.Truncate });
        RerankOptions keeping = new() { KeepsQuery = true };
        string query = Nano.Text(40, seed: 1), text = Nano.Text(60, seed: 2);

        Assert.Equal(truncating.Score(query, text, keeping, Cancel), truncating.Score(query, text + " " + Nano.Text(200, seed: 3), keeping, Cancel));
        Assert.NotEqual(truncating.Score(query, text, keeping, Cancel), truncating.Score(query, text, cancellationToken: Cancel));
        Assert.Throws<OverlongTextException>(() => _reranker.Score(query, text, keeping, Cancel));
        Assert.ThrowsAny<ArgumentException>(() => truncating.Score(Nano.Text(200), "a", keeping, Cancel));
    }

    [Fact]
    public void Scores_are_sigmoids_unless_logits_are_asked_for()
    {
        float logit = _reranker.Score("the king", "went", new() { Function = ScoreFunction.None }, Cancel);
        Assert.Equal(1 / (1 + Math.Exp(-logit)), _reranker.Score("the king", "went", cancellationToken: Cancel), 1e-6);
        Assert.Throws<ArgumentException>(() => _reranker.Operation(new() { Function = ScoreFunction.Softmax }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _reranker.Rerank("a", ["b"], new() { TopK = 0 }, Cancel));
    }

    [Fact]
    public void An_empty_text_is_still_a_text()
    {
        TaskOperation<(string Query, string Text), float> operation = _reranker.Operation();
        Assert.Equal(Nano.Tokenizer.Encode("the king").Count + 1, operation.Encode(("the king", "")).TokenCount);
        Assert.Equal(Nano.Tokenizer.Encode("the king").Count + 1, operation.Encode(("", "the king")).TokenCount);
    }

    [Fact]
    public void Models_of_several_labels_are_refused_and_say_so_beforehand()
    {
        ModelConfig config = Nano.Tiny(labels: 3);
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.SequenceClassification));
        Assert.False(Reranker.Description.CanBeDoneBy(opened));
        Assert.True(Reranker.Description.CanBeDoneBy(_opened));
        ArgumentException e = Assert.Throws<ArgumentException>(() => new Reranker(new TextModel(opened, Nano.Tokenizer)));
        Assert.Contains("this model has 3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_disposed_or_cancelled_is_not_computed()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _reranker.Rerank("a", Texts, cancellationToken: stop.Token));
        _opened.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _reranker.Score("a", "b", cancellationToken: Cancel));
    }
}
