using System.Collections.Concurrent;
using AlbertNative.Checkpoints;
using AlbertNative.Model;
using AlbertNative.Tensors;
using AlbertNative.Testing;
using AlbertNative.Tests.Checkpoints;

namespace AlbertNative.Tests.Model;

/// <summary>One opened model under many heads, tasks and callers.</summary>
public sealed class SharedModelTests
{
    private static readonly string Nano = ShippedModels.Nano;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_encoder_is_packed_once_for_any_number_of_tasks()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors", File.ReadAllBytes(Nano));
        Assert.Equal([WeightPrecision.Float32], PacksOf(path, () =>
        {
            using TextModel model = TextModel.Open(path);
            using MaskFiller filler = new(model);
            using SentenceOrderPredictor order = new(model);
            using TextEmbedder mean = new(model), cls = new(model, new() { Pooling = Pooling.Cls });
            filler.Fill("the king of [MASK]");
            order.Predict("a", "b");
            Assert.Equal(mean.Dimension, cls.Embed("the king").Length);
        }));
        Assert.Equal([WeightPrecision.Float32], PacksOf(path, () => NoneFails(ModelVerifier.Verify(path, Cancel))));
        Assert.Equal([WeightPrecision.Float32], PacksOf(path, () => NoneFails(ModelVerifier.Verify(path, WeightPrecision.Float32, Cancel))));
        Assert.Equal([WeightPrecision.Float32, WeightPrecision.Int8], PacksOf(path, () => NoneFails(ModelVerifier.Verify(path, WeightPrecision.Int8, Cancel))));

        static void NoneFails(IEnumerable<ModelCheck> checks) => Assert.All(checks, check => Assert.NotEqual(CheckResult.Failed, check.Result));
    }

    [Fact]
    public void Further_tasks_of_a_model_cost_next_to_nothing()
    {
        using TextModel model = TextModel.Open(Nano);
        using MaskFiller first = new(model);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using MaskFiller second = new(model);
        using TextEmbedder embedder = new(model);
        using SentenceOrderPredictor order = new(model);
        // Their own is the pooler and the sentence order, of 192 hidden units.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 600_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Calls_of_many_callers_and_heads_have_the_bits_of_each_alone(int threads)
    {
        using PreTrainedModel model = PreTrainedModel.Open(Nano, new() { Threads = threads });
        MaskedLMHead words = new(model);
        SentencePairHead pairs = new(model);
        EncoderHead states = new(model);
        TokenBatch[] batches = [.. Enumerable.Range(0, 12).Select(i => Batch(seed: i, length: 3 + (5 * i)))];
        float[][] expectedWords = Array.ConvertAll(batches, batch => words.Forward(batch).Logits[1].ToArray());
        float[][] expectedPairs = Array.ConvertAll(batches, batch => pairs.Forward(batch).Logits[0].ToArray());
        float[][] expectedStates = Array.ConvertAll(batches, batch => states.Forward(batch).LastHiddenState[2].ToArray());

        ConcurrentQueue<string> wrong = [];
        Task[] synchronous = [.. Enumerable.Range(0, 4).Select(caller => Task.Factory.StartNew(
            () =>
            {
                LogitsOutput output = new();
                for (int i = 0; i < batches.Length; i++)
                {
                    int at = (i + (3 * caller)) % batches.Length;
                    words.Forward(batches[at], [1], output, Cancel);
                    Compare($"words {at}", output.Logits[0], expectedWords[at]);
                }
            },
            TaskCreationOptions.LongRunning))];
        Task[] asynchronous = [.. Enumerable.Range(0, 4).Select(async caller =>
        {
            LogitsOutput order = new();
            EncoderOutput hidden = new();
            for (int i = 0; i < batches.Length; i++)
            {
                int at = (i + (5 * caller)) % batches.Length;
                await pairs.ForwardAsync(batches[at], order, cancellationToken: Cancel);
                Compare($"pairs {at}", order.Logits[0], expectedPairs[at]);
                await states.ForwardAsync(batches[at], hidden, hiddenStates: i % 3 == 0, Cancel);
                Compare($"states {at}", hidden.LastHiddenState[2], expectedStates[at]);
            }
        })];
        await Task.WhenAll([.. synchronous, .. asynchronous]);
        Assert.Empty(wrong);

        void Compare(string what, ReadOnlySpan<float> actual, float[] expected)
        {
            if (!actual.SequenceEqual(expected))
                wrong.Enqueue(what);
        }
    }

    [Fact]
    public async Task Callers_that_cancel_leave_the_queue_and_the_others_stay()
    {
        using PreTrainedModel model = PreTrainedModel.Open(Nano, new() { Threads = 2 });
        EncoderHead states = new(model);
        TokenBatch batch = Batch(seed: 2, length: 100);
        float[] expected = states.Forward(batch).LastHiddenState[99].ToArray();
        using CancellationTokenSource stop = new();
        EncoderOutput[] outputs = [.. Enumerable.Range(0, 60).Select(_ => new EncoderOutput())];
        Task[] calls = [.. outputs.Select((output, i) => states.ForwardAsync(batch, output, cancellationToken: i % 2 == 0 ? stop.Token : Cancel).AsTask())];
        await stop.CancelAsync();
        for (int i = 0; i < calls.Length; i++)
        {
            if (i % 2 == 1)
                await calls[i];
            else
                await calls[i].ContinueWith(call => Assert.True(call.IsCanceled || call.IsCompletedSuccessfully), Cancel);
        }
        Assert.All(outputs.Where((_, i) => i % 2 == 1), output => Assert.Equal(expected, output.LastHiddenState[99].ToArray()));
        Assert.Throws<OperationCanceledException>(() => { states.Forward(batch, cancellationToken: stop.Token); });
        Assert.Equal(expected, states.Forward(batch).LastHiddenState[99].ToArray());
    }

    [Fact]
    public async Task A_disposed_model_refuses_asynchronous_calls_too()
    {
        PreTrainedModel model = PreTrainedModel.Open(Nano);
        EncoderHead states = new(model);
        TokenBatch batch = Batch(seed: 3, length: 9);
        ValueTask running = states.ForwardAsync(batch, new EncoderOutput(), cancellationToken: Cancel);
        model.Dispose();
        await running;
        Assert.Throws<ObjectDisposedException>(() => { _ = states.ForwardAsync(batch, new EncoderOutput()); });
    }

    [Fact]
    public void A_place_is_not_lost_when_its_threads_cannot_start()
    {
        using PreTrainedModel model = PreTrainedModel.Create(TinyModel.Config, TinyModel.Weights(ModelArchitecture.Model));
        EncoderHead states = new(model);
        TokenBatch batch = Batch(seed: 4, length: 5, TinyModel.Config);
        int attempts = 0;
        using PassQueue queue = new(1, () => attempts++ < 3 ? throw new OutOfMemoryException() : throw new InvalidOperationException(), () => { });
        for (int i = 0; i < 3; i++)
            Assert.Throws<OutOfMemoryException>(() => queue.Run(new NoCall(batch)));
        Assert.Throws<InvalidOperationException>(() => queue.Run(new NoCall(batch)));
        Assert.Equal(5, states.Forward(batch).LastHiddenState.Rows);
    }

    [Fact]
    public void Copied_weights_need_no_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors", File.ReadAllBytes(Nano));
        TokenBatch batch = Batch(seed: 5, length: 20);
        using PreTrainedModel mapped = PreTrainedModel.Open(path);
        float[] expected = new MaskedLMHead(mapped).Forward(batch).Logits[7].ToArray();
        using PreTrainedModel copied = PreTrainedModel.Open(path, new() { Weights = WeightAccess.Copied });
        mapped.Dispose();
        File.WriteAllBytes(path, new byte[100]);
        Assert.Equal(expected, new MaskedLMHead(copied).Forward(batch).Logits[7].ToArray());
        Assert.Throws<InvalidOperationException>(() => copied.WithPrecision(WeightPrecision.Int8));
    }

    [Fact]
    public void Opening_reports_its_progress_and_can_be_stopped()
    {
        List<OpenProgress> reports = [];
        using CancellationTokenSource stop = new();
        using (PreTrainedModel.Open(Nano, progress: new SynchronousProgress<OpenProgress>(reports.Add)))
            Assert.Equal(new OpenProgress(OpenStage.Packing, 1, 1), reports[^1]);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => PreTrainedModel.Open(Nano, cancellationToken: stop.Token));
        using TemporaryFolder folder = new();
        string path = folder.Write("model.safetensors", File.ReadAllBytes(Nano));
        Assert.Throws<OperationCanceledException>(() => TextModel.Open(path, cancellationToken: stop.Token));
        File.Delete(path);
    }

    [Fact]
    public void The_same_model_in_other_ways_shares_what_it_can()
    {
        TokenBatch batch = Batch(seed: 6, length: 20);
        using PreTrainedModel model = PreTrainedModel.Open(Nano, new() { Threads = 1 });
        float[] expected = new EncoderHead(model).Forward(batch).LastHiddenState[5].ToArray();
        using PreTrainedModel many = model.WithThreads(3);
        using PreTrainedModel int8 = model.WithPrecision(WeightPrecision.Int8);
        Assert.Equal((3, WeightPrecision.Int8), (many.Threads, int8.Precision));
        Assert.Equal(expected, new EncoderHead(many).Forward(batch).LastHiddenState[5].ToArray());
        Assert.NotEqual(expected, new EncoderHead(int8).Forward(batch).LastHiddenState[5].ToArray());
    }

    [Fact]
    public async Task A_task_works_in_parts_as_it_does_in_one()
    {
        using TextModel model = await TextModel.OpenAsync(Nano, cancellationToken: Cancel);
        TextEmbedder embedder = new(model);
        string[] texts = ["the king", "شاه", "of Judah went up"];
        float[][] expected = [.. embedder.Embed(texts, cancellationToken: Cancel)];
        TaskOperation<string, float[]> operation = embedder.Operation();
        EncodedInput<string>[] encoded = Array.ConvertAll(texts, operation.Encode);
        using ComputedInputs<float[]> computed = await operation.ComputeAsync(encoded, Cancel);
        Assert.Equal(expected, Enumerable.Range(0, computed.Count).Reverse().Select(computed.Finish).Reverse());
        Assert.Equal(expected[1], await embedder.EmbedAsync(texts[1], cancellationToken: Cancel));
        List<float[]> streamed = [];
        await foreach (float[] vector in operation.RunAsync((IEnumerable<string>)texts, Cancel))
            streamed.Add(vector);
        Assert.Equal(expected, streamed);
        Assert.True(encoded[2].TokenCount > encoded[0].TokenCount);
    }

    [Fact]
    public void Every_task_is_described_and_its_head_known()
    {
        using TextModel model = TextModel.Open(Nano);
        Assert.Equal(TaskDescription.All.Length, TaskDescription.All.Select(task => task.Command).Distinct().Count());
        foreach (TaskDescription task in TaskDescription.All)
        {
            if (task.CanBeDoneBy(model.Transformer))
                Assert.IsType(task.TaskType, task.Create(model, null));
            else
                Assert.Contains("This model is AlbertForPreTraining", Assert.Throws<CheckpointFormatException>(() => task.Create(model, null)).Message);
        }
    }

    private static List<WeightPrecision> PacksOf(string path, Action action)
    {
        List<WeightPrecision> packs = [];
        void Count(string model, WeightPrecision precision)
        {
            if (!model.Contains(path, StringComparison.Ordinal))
                return;
            lock (packs)
                packs.Add(precision);
        }
        EncoderWeights.Packed += Count;
        try
        {
            action();
            return packs;
        }
        finally
        {
            EncoderWeights.Packed -= Count;
        }
    }

    private static TokenBatch Batch(int seed, int length, ModelConfig? config = null)
    {
        TokenBatch batch = new();
        (int[] ids, int[] types) = TinyModel.Sequence(new Random(seed), length, config);
        batch.Add(ids, types);
        return batch;
    }

    private sealed class NoCall : HeadCall
    {
        public NoCall(TokenBatch batch) => Begin(batch, default, CancellationToken.None);

        public override void Run(AlbertNative.Tensors.Threading.TeamThread thread, Matrix states)
        {
        }

        public override void Return()
        {
        }
    }
}
