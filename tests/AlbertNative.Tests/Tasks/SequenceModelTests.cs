using AlbertNative.Model;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Tasks;

/// <summary>Token ids in, the model's own tensors out.</summary>
public sealed class SequenceModelTests
{
    private static readonly TokenSequence Pair = new([2, 17, 3, 19, 23, 3], [0, 0, 0, 1, 1, 1]);

    [Fact]
    public void States_are_the_encoders_in_any_company()
    {
        using TextModel model = TextModel.Open(Nano.Path);
        SequenceModel sequences = new(model);
        EncoderHead head = new(model.Transformer);
        TokenBatch batch = new();
        batch.Add([.. Pair.InputIds], [.. Pair.TokenTypeIds!]);
        EncoderOutput expected = head.Forward(batch);

        SequenceStates[] states = [.. sequences.StatesOperation().Run(new[] { new TokenSequence([2, 5, 3]), Pair }, TestContext.Current.CancellationToken)];

        Assert.Equal(Rows(expected.LastHiddenState), states[1].LastHiddenState);
        Assert.Equal(head.HasPooler, sequences.HasPooler);
        Assert.Equal(head.HasPooler ? expected.PooledOutput[0].ToArray() : null, states[1].PooledOutput);
    }

    [Theory]
    [InlineData(ModelArchitecture.SequenceClassification, 3, 1)]
    [InlineData(ModelArchitecture.TokenClassification, 3, 6)]
    [InlineData(ModelArchitecture.QuestionAnswering, 2, 6)]
    public void Logits_are_those_of_the_models_own_head(ModelArchitecture architecture, int columns, int rows)
    {
        using TemporaryFolder folder = new();
        Nano.SaveTiny(folder.Path, Nano.Tiny(labels: 3), architecture);
        using TextModel model = TextModel.Open(folder.Path);
        SequenceModel sequences = new(model);

        float[] logits = sequences.LogitsOperation().Run(Pair, TestContext.Current.CancellationToken);

        Assert.Equal((architecture, columns), (sequences.LogitsOf, sequences.LogitColumns));
        Assert.Equal(rows * columns, logits.Length);
        Assert.Contains(logits, logit => logit != 0);
    }

    [Fact]
    public void A_model_of_masked_words_scores_every_word_at_every_token_and_one_without_a_head_nothing()
    {
        using TextModel nano = TextModel.Open(Nano.Path);
        SequenceModel words = new(nano);
        using TemporaryFolder folder = new();
        Nano.SaveTiny(folder.Path, Nano.Tiny(), ModelArchitecture.Model);
        using TextModel plain = TextModel.Open(folder.Path);

        Assert.Equal((ModelArchitecture.MaskedLM, nano.Config.VocabularySize), (words.LogitsOf, words.LogitColumns));
        Assert.Equal(3 * nano.Config.VocabularySize, words.LogitsOperation().Run(new TokenSequence([2, 5, 3]), TestContext.Current.CancellationToken).Length);
        Assert.Null(new SequenceModel(plain).LogitsOf);
        Assert.Throws<InvalidOperationException>(() => new SequenceModel(plain).LogitsOperation());
    }

    [Fact]
    public void What_no_sequence_is_is_refused()
    {
        using TextModel model = TextModel.Open(Nano.Path);
        TaskOperation<TokenSequence, SequenceStates> operation = new SequenceModel(model).StatesOperation();

        Assert.Throws<ArgumentException>(() => operation.Encode(new([])));
        Assert.Contains("id -1", Assert.Throws<ArgumentException>(() => operation.Encode(new([2, -1]))).Message, StringComparison.Ordinal);
        Assert.Contains("type 9", Assert.Throws<ArgumentException>(() => operation.Encode(new([2], [9]))).Message, StringComparison.Ordinal);
        Assert.Contains("2 types", Assert.Throws<ArgumentException>(() => operation.Encode(new([2], [0, 1]))).Message, StringComparison.Ordinal);
        Assert.Throws<OverlongTextException>(() => operation.Encode(new(new int[model.Config.MaxPositionCount + 1])));
    }

    private static float[] Rows(AlbertNative.Tensors.Matrix matrix) => [.. Enumerable.Range(0, matrix.Rows).SelectMany(row => matrix[row].ToArray())];
}
