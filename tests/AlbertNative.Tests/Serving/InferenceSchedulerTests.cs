using AlbertNative.Serving;
using AlbertNative.Testing;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Serving;

/// <summary>The scheduler over real models: answers are those of a lone call, whatever else goes on.</summary>
public sealed class InferenceSchedulerTests
{
    private static readonly ServedModelOptions Unverified = new() { Verify = false };

    /// <summary>Lets in what a slow machine does not do in the usual time.</summary>
    private static readonly SchedulerOptions Patient = new() { MaxQueue = TimeSpan.FromHours(1), RequestTimeout = TimeSpan.FromHours(2) };

    [Theory]
    [InlineData(2, 2)]
    [InlineData(null, null)]
    public async Task Requests_of_all_tasks_get_what_a_lone_call_gets(int? threads, int? workers)
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = threads, Workers = workers, StepTokens = 48 });
        await using ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("nano", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease lease = registry.Acquire(null)!;
        TextEmbedder embedder = lease.Model.Task<TextEmbedder>();
        MaskFiller filler = lease.Model.Task<MaskFiller>();
        SentenceOrderPredictor order = lease.Model.Task<SentenceOrderPredictor>();
        RequestTerms terms = TermsOf("one");

        List<Task> answers = [];
        for (int i = 0; i < 40; i++)
        {
            string[] texts = [.. Enumerable.Range(0, 1 + (i % 4)).Select(t => Nano.Text(1 + ((7 * i) + (13 * t)) % 50, seed: i + (100 * t)))];
            answers.Add(Same(embedder.Operation(), texts, (a, b) => Assert.Equal(a, b)));
            answers.Add(Same(filler.Operation(), ["the king [MASK] " + texts[0]], (a, b) => Assert.Equal(a.SelectMany(m => m), b.SelectMany(m => m))));
            answers.Add(Same(order.Operation(), [(texts[0], texts[^1])], (a, b) => Assert.Equal(a, b)));
        }
        await Task.WhenAll(answers);
        SchedulerLoad load = scheduler.Load;
        Assert.Equal((0, 0L, 0L, 0.0), (load.Requests, load.Tokens, load.Bytes, load.WaitSeconds));

        async Task Same<TInput, TResult>(TaskOperation<TInput, TResult> operation, TInput[] inputs, Action<TResult, TResult> compare)
        {
            EncodedInput<TInput>[] encoded = [.. inputs.Select(operation.Encode)];
            InferenceResults<TResult> results = await scheduler.Submit(
                lease.Model, operation, encoded, terms, TestContext.Current.CancellationToken).Completion;
            Assert.Equal(encoded.Sum(input => input.TokenCount), results.Tokens);
            Assert.Equal(inputs.Length, results.Results.Count);
            for (int i = 0; i < inputs.Length; i++)
                compare(operation.Run(inputs[i], TestContext.Current.CancellationToken), results.Results[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_text_in_windows_gets_what_a_lone_call_gets(int workers)
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = 1, Workers = workers, StepTokens = 128 });
        await using ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("nano", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease lease = registry.Acquire("nano")!;
        TextEmbedder embedder = lease.Model.Task<TextEmbedder>(new TaskOptions { Overlong = Overlong.Window(), MaxLength = 60 });
        TaskOperation<string, float[]> operation = embedder.Operation();
        EncodedInput<string>[] inputs = [operation.Encode(Nano.Text(400)), operation.Encode(Nano.Text(3)), operation.Encode(Nano.Text(150))];
        Assert.True(inputs[0].SequenceCount > 5);

        InferenceResults<float[]> results = await scheduler.Submit(
            lease.Model, operation, inputs, TermsOf("one"), TestContext.Current.CancellationToken).Completion;
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(operation.Run(inputs[i].Input, TestContext.Current.CancellationToken), results.Results[i]);
    }

    [Fact]
    public async Task Whoever_goes_leaves_the_others_their_answers()
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = 1, Workers = 1, StepTokens = 64 });
        await using ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("nano", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease lease = registry.Acquire(null)!;
        TaskOperation<string, float[]> operation = lease.Model.Task<TextEmbedder>().Operation();
        Random random = new(4);
        List<(string[] Texts, Task<InferenceResults<float[]>> Answer, CancellationTokenSource Gone)> requests = [];
        for (int i = 0; i < 120; i++)
        {
            string[] texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(t => Nano.Text(random.Next(1, 60), seed: (10 * i) + t))];
            CancellationTokenSource gone = new();
            if (i % 10 == 0)
                gone.Cancel();
            requests.Add((texts, scheduler.Submit(lease.Model, operation, [.. texts.Select(operation.Encode)], TermsOf($"client {i % 5}"), gone.Token).Completion, gone));
        }
        foreach ((_, _, CancellationTokenSource gone) in requests.Where((_, i) => i % 3 == 0))
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
            gone.Cancel();
        }
        int answered = 0;
        foreach ((string[] texts, Task<InferenceResults<float[]>> answer, CancellationTokenSource gone) in requests)
        {
            try
            {
                InferenceResults<float[]> results = await answer;
                answered++;
                for (int i = 0; i < texts.Length; i++)
                    Assert.Equal(operation.Run(texts[i], TestContext.Current.CancellationToken), results.Results[i]);
            }
            catch (OperationCanceledException)
            {
                Assert.True(gone.IsCancellationRequested);
            }
        }
        Assert.InRange(answered, 72, 108);
        Assert.Equal(0, scheduler.Load.Requests);
    }

    [Fact]
    public async Task Whoever_waits_goes_on_neither_on_a_worker_nor_where_another_cancels()
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = 1, Workers = 1 });
        await using ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("nano", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease lease = registry.Acquire(null)!;
        TaskOperation<string, float[]> operation = lease.Model.Task<TextEmbedder>().Operation();
        EncodedInput<string>[] inputs = [operation.Encode(Nano.Text(60))];
        using CancellationTokenSource gone = new();
        List<Task<Thread>> goingOn = [];
        for (int i = 0; i < 100; i++)
        {
            goingOn.Add(scheduler.Submit(lease.Model, operation, inputs, TermsOf("a"), i % 2 == 0 ? gone.Token : TestContext.Current.CancellationToken).Completion.ContinueWith(
                static _ => Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        }
        // A thread of its own: none of the pool's may be taken for it.
        Thread cancelling = new(gone.Cancel);
        cancelling.Start();
        Thread[] threads = await Task.WhenAll(goingOn);
        cancelling.Join();

        Assert.All(threads, thread => Assert.False(thread == cancelling || thread.Name?.StartsWith("AlbertNative worker", StringComparison.Ordinal) == true, thread.Name));
    }

    [Fact]
    public async Task A_model_that_is_exchanged_answers_those_who_hold_it()
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = 1 });
        await using ModelRegistry registry = new(scheduler);
        ServedModel first = await registry.LoadAsync("m", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease old = registry.Acquire("m")!;
        ServedModel second = await registry.LoadAsync("m", ShippedModels.Tagger, Unverified, TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Version, second.Version);
        Assert.Equal(12, second.Version.Length);
        using (ModelLease next = registry.Acquire("m")!)
            Assert.Same(second, next.Model);

        TaskOperation<string, float[]> operation = old.Model.Task<TextEmbedder>().Operation();
        EncodedInput<string>[] inputs = [operation.Encode("the king")];
        Submission<float[]> submission = scheduler.Submit(first, operation, inputs, TermsOf("a"), TestContext.Current.CancellationToken);
        old.Dispose();
        using TextEmbedder alone = TextEmbedder.Load(ShippedModels.Nano);
        Assert.Equal(alone.Embed("the king", cancellationToken: TestContext.Current.CancellationToken), (await submission.Completion).Results[0]);
        Assert.Throws<ObjectDisposedException>(() => scheduler.Submit(first, operation, inputs, TermsOf("a")));
        Assert.Throws<ObjectDisposedException>(() => old.Model);

        Assert.Contains("token-classification", Assert.Throws<ArgumentException>(() => second.Task<MaskFiller>()).Message);
        Assert.True(registry.Unload("m"));
        Assert.Null(registry.Acquire("m"));
        Assert.False(registry.Unload("m"));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_leaves_the_old_one()
    {
        await using InferenceScheduler scheduler = new(Patient with { Threads = 1 });
        await using ModelRegistry registry = new(scheduler, maxMemory: 40_000_000);
        registry.Require("m");
        Assert.False(registry.IsReady);
        Assert.Equal(ModelState.Loading, registry.StateOf("m").State);
        string missing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await Assert.ThrowsAsync<ModelLoadException>(() => registry.LoadAsync("m", missing, Unverified, TestContext.Current.CancellationToken));
        Assert.Equal(ModelState.Failed, registry.StateOf("m").State);
        ServedModel model = await registry.LoadAsync("m", ShippedModels.Nano, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(registry.IsReady);
        Assert.Null(registry.StateOf("m").Failure);

        File.WriteAllText(missing, "no model");
        await Assert.ThrowsAsync<ModelLoadException>(() => registry.LoadAsync("m", missing, Unverified, TestContext.Current.CancellationToken));
        File.Delete(missing);
        ModelLoadException hash = await Assert.ThrowsAsync<ModelLoadException>(() => registry.LoadAsync(
            "m", ShippedModels.Nano, Unverified with { Sha256 = new string('0', 64) }, TestContext.Current.CancellationToken));
        Assert.Contains(model.Sha256, hash.Message);
        for (int i = 0; i < 20; i++)
        {
            try
            {
                await registry.LoadAsync($"more {i}", ShippedModels.Tagger, Unverified, TestContext.Current.CancellationToken);
            }
            catch (ModelLoadException e)
            {
                Assert.Contains("at most 40000000", e.Message);
                Assert.True(i > 0);
                break;
            }
            Assert.True(i < 19, "the limit of memory was never reached");
        }
        Assert.Equal(ModelState.Ready, registry.StateOf("m").State);
        using ModelLease lease = registry.Acquire(null)!;
        Assert.Same(model, lease.Model);
        Assert.True(registry.IsReady);
    }

    [Fact]
    public async Task Draining_finishes_what_was_admitted()
    {
        InferenceScheduler scheduler = new(Patient with { Threads = 1 });
        ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("m", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        using ModelLease lease = registry.Acquire(null)!;
        TaskOperation<string, float[]> operation = lease.Model.Task<TextEmbedder>().Operation();
        EncodedInput<string>[] inputs = [.. Enumerable.Range(0, 50).Select(i => operation.Encode(Nano.Text(30, i)))];
        Task<InferenceResults<float[]>> answer = scheduler.Submit(lease.Model, operation, inputs, TermsOf("a"), TestContext.Current.CancellationToken).Completion;
        Task<bool> drained = scheduler.DrainAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(RefusalReason.Draining, scheduler.Preview(TermsOf("b").Client)!.Reason);
        Assert.Equal(RefusalReason.Draining, scheduler.Submit(lease.Model, operation, inputs, TermsOf("b"), TestContext.Current.CancellationToken).Refusal!.Reason);
        Assert.True(await drained);
        Assert.Equal(50, (await answer).Results.Count);
        await registry.DisposeAsync();
        await scheduler.DisposeAsync();
        await scheduler.DisposeAsync();
    }

    [Fact]
    public async Task Ending_ends_what_is_left()
    {
        InferenceScheduler scheduler = new(Patient with { Threads = 1, MaxRequestTokens = int.MaxValue, MaxQueuedBytes = long.MaxValue });
        ModelRegistry registry = new(scheduler);
        await registry.LoadAsync("m", ShippedModels.Nano, Unverified, TestContext.Current.CancellationToken);
        ModelLease lease = registry.Acquire(null)!;
        TaskOperation<string, float[]> operation = lease.Model.Task<TextEmbedder>().Operation();
        // More than any machine computes before it is ended.
        EncodedInput<string>[] inputs = [.. Enumerable.Repeat(operation.Encode(Nano.Text(100)), 20_000)];
        Task<InferenceResults<float[]>> answer = scheduler.Submit(lease.Model, operation, inputs, TermsOf("a"), TestContext.Current.CancellationToken).Completion;
        lease.Dispose();
        await registry.DisposeAsync();
        Assert.False(await scheduler.DrainAsync(TimeSpan.FromMilliseconds(1)));
        await Assert.ThrowsAsync<SchedulerStoppedException>(() => answer);
        await scheduler.DisposeAsync();
        Assert.Equal(0, scheduler.Load.Requests);
    }

    private static RequestTerms TermsOf(string client) => new() { Client = new ServingClient(new ClientOptions { Name = client }) };
}
