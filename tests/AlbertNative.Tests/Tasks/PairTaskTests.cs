using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Tests.Tasks;

public sealed class PairTaskTests
{
    [Fact]
    public void Orders_add_up_and_do_not_depend_on_the_batch()
    {
        using SentenceOrderPredictor predictor = SentenceOrderPredictor.Load(Nano.Path);
        (string, string)[] pairs = [.. Enumerable.Range(1, 10).Select(i => (Nano.Text(i, seed: i), Nano.Text(11 - i, seed: -i)))];
        SentenceOrder[] orders = [.. predictor.Predict(pairs)];
        Assert.All(orders, (order, i) =>
        {
            Assert.Equal(1, order.InOrder + (double)order.Swapped, 1e-6);
            Assert.Equal(order, predictor.Predict(pairs[i].Item1, pairs[i].Item2));
        });
    }

    [Fact]
    public void Choices_are_compared_among_those_of_their_question()
    {
        ModelConfig config = Nano.Tiny();
        using PreTrainedModel opened = PreTrainedModel.Create(config, Nano.Weights(config, ModelArchitecture.MultipleChoice));
        TextModel model = new(opened, Nano.Tokenizer);
        MultipleChoiceSelector selector = new(model);
        (string, IReadOnlyList<string>)[] questions =
        [
            ("the king went", ["up", "down", "to Jerusalem"]),
            ("his servants", ["and"]),
            ("شاه", ["رفت", "the king"]),
        ];
        ChoiceScores[] all = [.. selector.Select(questions)];
        Assert.All(all, (scores, i) =>
        {
            Assert.Equal(questions[i].Item2.Count, scores.Probabilities.Count);
            Assert.Equal(1, scores.Probabilities.Sum(p => (double)p), 1e-6);
            Assert.Equal(scores.Probabilities.Max(), scores.Probabilities[scores.Best]);
            Assert.Equal(scores.Probabilities, selector.Select(questions[i].Item1, questions[i].Item2).Probabilities);
        });
        Assert.Throws<ArgumentException>(() => selector.Select("the king", []));
    }

    [Fact]
    public void Where_the_reference_gives_no_token_types_the_model_sees_none()
    {
        byte[] model = File.ReadAllBytes(Path.Combine(Nano.Folder, "spiece.model"));
        Tokenizer five = Tokenizer.FromSentencePiece(model, options: new() { Semantics = TokenizerSemantics.Transformers5 });
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        Encoding encoding = five.Encode("the king", "went up");
        Assert.Contains(1, encoding.TokenTypeIds.ToArray());
        TokenBatch batch = new();
        batch.Add(encoding.Ids, new int[encoding.Count]);
        ReadOnlySpan<float> logits = new SentencePairHead(opened).Forward(batch).Logits[0];
        double inOrder = 1 / (1 + Math.Exp(logits[1] - logits[0]));
        SentenceOrderPredictor predictor = new(new TextModel(opened, five));
        Assert.Equal(inOrder, predictor.Predict("the king", "went up").InOrder, 1e-6);
        Assert.NotEqual(inOrder, new SentenceOrderPredictor(new TextModel(opened, Nano.Tokenizer)).Predict("the king", "went up").InOrder, 1e-6);
    }

    [Fact]
    public void Pairs_cannot_be_read_in_windows()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        Assert.Throws<ArgumentException>(() => new SentenceOrderPredictor(model, new() { Overlong = Overlong.Window() }));
        SentenceOrderPredictor truncating = new(model, new() { Overlong = Overlong.Truncate });
        Assert.InRange(truncating.Predict(Nano.Text(200), Nano.Text(200, seed: 2)).InOrder, 0, 1);
    }

    [Fact]
    public void A_task_leaves_the_model_it_was_given()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano.Path);
        TextModel model = new(opened, Nano.Tokenizer);
        new SentenceOrderPredictor(model).Dispose();
        Assert.InRange(new SentenceOrderPredictor(model).Predict("a", "b").InOrder, 0, 1);

        SentenceOrderPredictor owner = SentenceOrderPredictor.Load(Nano.Path);
        owner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => owner.Predict("a", "b"));
    }
}
