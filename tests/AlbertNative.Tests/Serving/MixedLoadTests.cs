using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using AlbertNative.Serving;
using AlbertNative.Testing;
using AlbertNative.Tests.Tasks;

namespace AlbertNative.Tests.Serving;

/// <summary>
/// Every answer under a load of many clients, lanes and tasks, with clients that go, deadlines that pass and models that are
/// exchanged, has the bits of a lone call of the version that it names. <c>tools/serving-load.sh</c> asks for a million.
/// </summary>
public sealed class MixedLoadTests
{
    private const int Texts = 60;

    private static readonly int Wanted = int.Parse(
        Environment.GetEnvironmentVariable("ALBERTNATIVE_LOAD_ANSWERS") ?? "400", CultureInfo.InvariantCulture);

    private readonly ConcurrentDictionary<(string Path, int Text), byte[]> _alone = new();
    private readonly ConcurrentDictionary<string, string> _paths = new();
    private readonly ConcurrentQueue<string> _differences = new();
    private int _answers;
    private int _refused;
    private int _ended;

    [Theory]
    [InlineData(1, 2, 64)]
    [InlineData(2, 1, 200)]
    [InlineData(null, null, 100)]
    public async Task Answers_are_those_of_a_lone_call(int? workers, int? threads, int stepTokens)
    {
        using TextEmbedder nano = TextEmbedder.Load(ShippedModels.Nano, modelOptions: new() { Threads = 1 });
        using TextEmbedder tagger = TextEmbedder.Load(ShippedModels.Tagger, modelOptions: new() { Threads = 1 });
        foreach ((string path, TextEmbedder embedder) in (ReadOnlySpan<(string, TextEmbedder)>)[(ShippedModels.Nano, nano), (ShippedModels.Tagger, tagger)])
        {
            for (int text = 0; text < Texts; text++)
                _alone[(path, text)] = Bytes(embedder.Embed(TextOf(text), cancellationToken: TestContext.Current.CancellationToken));
        }
        await using InferenceScheduler scheduler = new(new SchedulerOptions
        {
            Workers = workers,
            Threads = threads,
            StepTokens = stepTokens,
            MaxQueue = TimeSpan.FromSeconds(20),
        });
        await using ModelRegistry registry = new(scheduler);
        await Load(registry, ShippedModels.Nano);

        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task swaps = Swap(registry, enough.Token);
        Task[] clients = [.. Enumerable.Range(0, 8).Select(c => Task.Run(() => Ask(scheduler, registry, c, workers ?? 0), enough.Token))];
        await Task.WhenAll(clients);
        await enough.CancelAsync();
        await swaps;

        Assert.Empty(_differences.Take(5));
        Assert.True(_answers >= Wanted, $"{_answers} answers, {_refused} refused, {_ended} ended early");
        Assert.True(_ended > 0, "nobody has gone");
        SchedulerLoad load = scheduler.Load;
        Assert.Equal((0, 0L, 0L), (load.Requests, load.Tokens, load.Bytes));
    }

    [Fact]
    public void An_answer_that_is_anothers_is_found()
    {
        using TextEmbedder nano = TextEmbedder.Load(ShippedModels.Nano, modelOptions: new() { Threads = 1 });
        HashSet<string> seen = [];
        for (int text = 0; text < Texts; text++)
            Assert.True(seen.Add(Convert.ToHexString(Bytes(nano.Embed(TextOf(text), cancellationToken: TestContext.Current.CancellationToken)))), $"text {text}");
        byte[] right = Bytes(nano.Embed(TextOf(0), cancellationToken: TestContext.Current.CancellationToken));
        _alone[("path", 0)] = right;
        Compare("path", 0, [.. MemoryMarshal.Cast<byte, float>(right)]);
        Assert.Empty(_differences);
        Compare("path", 0, nano.Embed(TextOf(1), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Single(_differences);
    }

    private async Task Ask(InferenceScheduler scheduler, ModelRegistry registry, int number, int seed)
    {
        Random random = new((100 * seed) + number);
        ServingClient client = new(new ClientOptions
        {
            Name = $"{number}",
            Weight = 1 + (number % 3),
            Priority = number == 7 ? RequestPriority.Bulk : RequestPriority.Normal,
        });
        for (bool isFirst = true; Volatile.Read(ref _answers) < Wanted && _differences.IsEmpty; isFirst = false)
        {
            using ModelLease lease = registry.Acquire("m")!;
            string path = _paths[lease.Model.Sha256];
            TaskOperation<string, float[]> operation = lease.Model.Task<TextEmbedder>().Operation();
            int[] texts = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(Texts))];
            using CancellationTokenSource gone = new();
            // However fast the machine is, somebody goes before he is answered.
            if (isFirst)
                await gone.CancelAsync();
            RequestTerms terms = new() { Client = client, Timeout = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 100)) : null };
            Submission<float[]> submission = scheduler.Submit(
                lease.Model, operation, [.. texts.Select(text => operation.Encode(TextOf(text)))], terms, gone.Token);
            if (submission.Refusal is not null)
            {
                Interlocked.Increment(ref _refused);
                await Task.Delay(1);
                continue;
            }
            if (random.Next(6) == 0)
                gone.CancelAfter(TimeSpan.FromMilliseconds(random.Next(0, 20)));
            // Whoever has let go of the model is answered by it all the same.
            if (random.Next(2) == 0)
                lease.Dispose();
            try
            {
                InferenceResults<float[]> results = await submission.Completion;
                for (int i = 0; i < texts.Length; i++)
                    Compare(path, texts[i], results.Results[i]);
                Interlocked.Add(ref _answers, texts.Length);
            }
            catch (Exception e) when (e is OperationCanceledException or DeadlineExceededException)
            {
                Interlocked.Increment(ref _ended);
            }
        }
    }

    private async Task Swap(ModelRegistry registry, CancellationToken enough)
    {
        try
        {
            for (int swap = 1; ; swap++)
            {
                await Load(registry, swap % 2 == 0 ? ShippedModels.Nano : ShippedModels.Tagger);
                await Task.Delay(100, enough);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private async Task Load(ModelRegistry registry, string path)
    {
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path)));
        _paths[sha256] = path;
        await registry.LoadAsync("m", path, new ServedModelOptions { Verify = false });
    }

    private void Compare(string path, int text, float[] actual)
    {
        if (!Bytes(actual).AsSpan().SequenceEqual(_alone[(path, text)]))
            _differences.Enqueue($"{Path.GetFileName(path)}, text {text}");
    }

    private static byte[] Bytes(float[] vector) => MemoryMarshal.AsBytes<float>(vector).ToArray();

    /// <summary>Texts of one word to some hundred, each with its number.</summary>
    private static string TextOf(int number) => $"{number} {Nano.Text(1 + (number * number % 90), seed: number)}";
}
