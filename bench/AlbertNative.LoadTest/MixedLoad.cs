namespace AlbertNative.LoadTest;

/// <summary>
/// Many clients of all dialects, of which some go and some have no time, while the model is exchanged: every answer must have
/// the bits of a lone call of the version that it names, and none may be lost.
/// </summary>
internal sealed class MixedLoad(ReferenceAnswers answers, int clients, int seed)
{
    private readonly Outcomes _outcomes = new();

    /// <summary>What became of the requests.</summary>
    public Outcomes Outcomes => _outcomes;

    /// <summary>Texts that were answered right.</summary>
    public long Answers => Volatile.Read(ref _answered);

    /// <summary>How often the model was exchanged.</summary>
    public int Swaps { get; private set; }

    private long _answered;

    /// <summary>Asks until enough texts are answered, or time is over.</summary>
    /// <param name="server">Whom.</param>
    /// <param name="wanted">Texts to be answered.</param>
    /// <param name="most">The most time.</param>
    /// <param name="swap">Exchanges the model; null where it stays.</param>
    /// <param name="swapEvery">How often.</param>
    public async Task RunAsync(Uri server, long wanted, TimeSpan most, Func<int, Task>? swap, TimeSpan swapEvery)
    {
        using CancellationTokenSource enough = new(most);
        Task swapping = swap is null ? Task.CompletedTask : SwapAsync(swap, swapEvery, enough.Token);
        Task[] asking = [.. Enumerable.Range(0, clients).Select(client => Task.Run(() => AskAsync(server, client, wanted, enough.Token), CancellationToken.None))];
        await Task.WhenAll(asking);
        await enough.CancelAsync();
        await swapping;
    }

    private async Task AskAsync(Uri server, int number, long wanted, CancellationToken enough)
    {
        Random random = new((seed * 1009) + number);
        using LoadClient client = new(server, answers);
        while (Answers < wanted && !enough.IsCancellationRequested && _outcomes.AreGood)
        {
            int[] texts = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(answers.Texts.Length))];
            using CancellationTokenSource leave = new();
            List<(string, string)> headers = [];
            if (random.Next(8) == 0)
                leave.CancelAfter(TimeSpan.FromMilliseconds(random.Next(0, 40)));
            if (random.Next(8) == 0)
                headers.Add(LoadClient.Deadline(TimeSpan.FromMilliseconds(random.Next(1, 100))));
            Wire wire = (Wire)random.Next(3);
            (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts, wire, headers, leave.Token);
            _outcomes.Add(outcome, fault);
            if (outcome == Outcome.Right)
                Interlocked.Add(ref _answered, texts.Length);
            else if (outcome == Outcome.Refused)
                await Task.WhenAny(Task.Delay(retry, CancellationToken.None), Task.Delay(Timeout.Infinite, enough));
        }
    }

    private async Task SwapAsync(Func<int, Task> swap, TimeSpan every, CancellationToken enough)
    {
        try
        {
            while (true)
            {
                await Task.Delay(every, enough);
                await swap(Swaps + 1);
                Swaps++;
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // Enough.
        }
    }
}
