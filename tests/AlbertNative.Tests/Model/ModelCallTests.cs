using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;

namespace AlbertNative.Tests.Model;

/// <summary>How models are called: refusals, memory, threads, cancellation, disposal.</summary>
public sealed class ModelCallTests
{
    private static readonly string Nano = ShippedModels.Nano;

    [Fact]
    public void Many_callers_share_a_model()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano, new ModelOptions { Threads = 1 });
        MaskedLMHead model = new(opened);
        int[][] texts = [.. Enumerable.Range(0, 24).Select(i => TinyModel.Sequence(new Random(i), 3 + (i % 7)).Ids)];
        float[][] expected = Array.ConvertAll(texts, text => Logits(text, new LogitsOutput()));
        Parallel.For(0, 8, caller =>
        {
            LogitsOutput output = new();
            for (int i = 0; i < texts.Length; i++)
            {
                int text = (i + (caller * 3)) % texts.Length;
                Assert.Equal(expected[text], Logits(texts[text], output));
            }
        });

        float[] Logits(int[] text, LogitsOutput output)
        {
            TokenBatch batch = new();
            batch.Add(text);
            model.Forward(batch, output);
            return output.Logits[text.Length - 1].ToArray();
        }
    }

    [Fact]
    public void A_cancelled_call_ends_and_the_next_one_works()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano, new ModelOptions { Threads = 2 });
        EncoderHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => model.Forward(batch, cancellationToken: source.Token));
        EncoderOutput output = model.Forward(batch);
        Assert.Equal(model.Forward(batch).LastHiddenState[2].ToArray(), output.LastHiddenState[2].ToArray());
    }

    [Fact]
    public void A_disposed_model_refuses_calls()
    {
        PreTrainedModel opened = PreTrainedModel.Open(Nano);
        EncoderHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        model.Forward(batch);
        opened.Dispose();
        opened.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { model.Forward(batch); });
    }

    [Fact]
    public void Disposing_waits_for_the_calls_that_run()
    {
        PreTrainedModel opened = PreTrainedModel.Open(Nano, new ModelOptions { Threads = 1 });
        EncoderHead model = new(opened);
        using Barrier started = new(5);
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            TokenBatch batch = new();
            batch.Add(TinyModel.Sequence(new Random(i), 60).Ids);
            started.SignalAndWait();
            try
            {
                while (true)
                    model.Forward(batch);
            }
            catch (ObjectDisposedException)
            {
                // The end that is asked for below: the word embeddings were still mapped until now.
            }
        }))];
        foreach (Thread caller in callers)
            caller.Start();
        started.SignalAndWait();
        Thread.Sleep(20);
        opened.Dispose();
        Assert.All(callers, caller => Assert.True(caller.Join(TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public void A_pooled_output_needs_column_0()
    {
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        batch.Add([0, 2, 5, 3], default, [0, 1, 1, 1]);
        using PreTrainedModel encoderModel = PreTrainedModel.Create(TinyModel.Config, TinyModel.Weights(ModelArchitecture.Model));
        EncoderHead encoder = new(encoderModel);
        EncoderOutput output = encoder.Forward(batch);
        Assert.Equal(6, output.LastHiddenState.Rows);
        Assert.Contains("sequence 1", Assert.Throws<InvalidOperationException>(() => output.PooledOutput).Message);
        Assert.Contains("sequence 1", Assert.Throws<ArgumentException>(() => encoder.Pool(batch, output)).Message);
        using PreTrainedModel classifierModel = PreTrainedModel.Create(
            TinyModel.Config, TinyModel.Weights(ModelArchitecture.SequenceClassification));
        SequenceClassificationHead classifier = new(classifierModel);
        Assert.Throws<ArgumentException>(() => classifier.Forward(batch));
        using PreTrainedModel preTrainingModel = PreTrainedModel.Create(TinyModel.Config, TinyModel.Weights(ModelArchitecture.PreTraining));
        PreTrainingHead preTraining = new(preTrainingModel);
        PreTrainingOutput predictions = preTraining.Forward(batch);
        Assert.Equal(6, predictions.PredictionLogits.Rows);
        Assert.Throws<InvalidOperationException>(() => predictions.SentencePairLogits);
    }

    [Fact]
    public void An_encoder_without_pooler_says_so()
    {
        TensorTable table = new(TinyModel.Weights(ModelArchitecture.Model));
        using PreTrainedModel opened = PreTrainedModel.Create(TinyModel.Config, table.Remove("albert.pooler.weight").Remove("albert.pooler.bias"));
        EncoderHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        Assert.False(model.HasPooler);
        Assert.Contains("pooler", Assert.Throws<InvalidOperationException>(() => model.Forward(batch).PooledOutput).Message);
        Assert.Throws<InvalidOperationException>(() => model.Pool(batch, new EncoderOutput()));
    }

    [Fact]
    public void Heads_of_one_model_compute_what_pre_trainings_both_do()
    {
        using PreTrainedModel opened = PreTrainedModel.Open(Nano);
        TokenBatch batch = new();
        batch.Add([2, 50, 51, 3, 60, 3], [0, 0, 0, 0, 1, 1]);
        batch.Add([2, 70, 3, 80, 3], [0, 0, 0, 1, 1]);
        PreTrainingOutput all = new PreTrainingHead(opened).Forward(batch);
        Matrix order = new SentencePairHead(opened).Forward(batch).Logits;
        LogitsOutput words = new();
        new MaskedLMHead(opened).Forward(batch, [3, 4], words);
        Assert.Equal(all.SentencePairLogits[1].ToArray(), order[1].ToArray());
        Assert.Equal(all.PredictionLogits[4].ToArray(), words.Logits[1].ToArray());
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 2, 1 })]
    [InlineData(new[] { -1 })]
    [InlineData(new[] { 3 })]
    public void Rows_must_ascend_within_the_batch(int[] rows)
    {
        using PreTrainedModel opened = PreTrainedModel.Create(
            TinyModel.Config, TinyModel.Weights(ModelArchitecture.TokenClassification));
        TokenClassificationHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        Assert.Throws<ArgumentException>(() => model.Forward(batch, rows, new LogitsOutput()));
    }

    [Fact]
    public void An_output_belongs_to_a_call() =>
        Assert.Throws<InvalidOperationException>(() => new LogitsOutput().Logits);

    [Fact]
    public void The_checkpoint_names_its_class()
    {
        using PreTrainedModel model = PreTrainedModel.Open(Nano);
        Assert.Equal(ModelArchitecture.PreTraining, model.Config.DefaultArchitecture);
        Assert.Equal([ModelArchitecture.Model, ModelArchitecture.PreTraining, ModelArchitecture.MaskedLM], model.Architectures);
        Assert.Contains("sop_classifier.classifier.weight", model.UnusedTensors(ModelArchitecture.MaskedLM));
        CheckpointFormatException e = Assert.Throws<CheckpointFormatException>(() => new QuestionAnsweringHead(model));
        Assert.Contains("qa_outputs.weight", e.Problem);
        Assert.EndsWith("This model is AlbertForPreTraining, AlbertForMaskedLM; albert train makes other heads.", e.Problem);
    }

    [Fact]
    public void Threads_are_at_least_one() => Assert.Throws<ArgumentOutOfRangeException>(
        () => PreTrainedModel.Open(Nano, new ModelOptions { Threads = 0 }));

    [Fact]
    public void A_matrix_row_is_as_wide_as_its_head()
    {
        using PreTrainedModel opened = PreTrainedModel.Create(
            TinyModel.Config, TinyModel.Weights(ModelArchitecture.QuestionAnswering));
        QuestionAnsweringHead model = new(opened);
        TokenBatch batch = new();
        batch.Add([2, 5, 3]);
        Matrix logits = model.Forward(batch).Logits;
        Assert.Equal((3, 2), (logits.Rows, logits.Columns));
    }
}
