using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>
/// More than a server can do, of clients without patience: most go after a moment (<c>abandonment</c>), or all of them say that their answer is
/// worth nothing after one (<c>deadline</c>). What it computes has to be for those that still wait.
/// </summary>
internal static class ImpatienceScenario
{
    private const double Times = 3, Leaving = 0.9, AimShare = 0.95;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200), Deadline = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromMilliseconds(50);

    /// <summary>Nine of ten clients go after 200 ms.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">About the tokens of a text.</param>
    /// <param name="time">How long, at overload.</param>
    public static async Task<bool> AbandonAsync(string model, int tokens, TimeSpan time)
    {
        OpenLoop? load = null;
        Work work = await OverloadAsync(model, tokens, time, (reference, server) => load = new(reference, server, seed: 3), random => random.NextDouble() < Leaving ? Patience : null);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"abandonment: {Times} times the capacity of {work.Capacity:F0} requests/s, {Leaving:P0} go after {Patience.TotalMilliseconds:F0} ms: of {work.Tokens + work.Wasted:F0} computed tokens {work.Tokens / (work.Tokens + work.Wasted):P1} for those that stayed (aim {AimShare:P0}), p50 {load!.Latencies.At(0.5):F0} ms; {load.Outcomes}"));
        return load.Outcomes.AreGood && load.Outcomes[Outcome.Left] > 0 && load.Outcomes[Outcome.Right] > 0;
    }

    /// <summary>Every answer is worth nothing after 500 ms.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">About the tokens of a text.</param>
    /// <param name="time">How long, at overload.</param>
    public static async Task<bool> ExpireAsync(string model, int tokens, TimeSpan time)
    {
        OpenLoop? load = null;
        Work work = await OverloadAsync(model, tokens, time, (reference, server) => load = new(reference, server, seed: 3, LoadClient.Deadline(Deadline)) { Limit = Deadline + Grace });
        // Who waited in vain has cost nothing, and who was on his way not more than one text.
        double most = work.ExpiredRunning * work.LongestTokens;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"deadline: {Times} times the capacity of {work.Capacity:F0} requests/s, answers within {Deadline.TotalMilliseconds:F0} ms: {load!.Late} of {load.Outcomes.All} later than {Grace.TotalMilliseconds:F0} ms beyond it (aim 0), p50 {load.Latencies.At(0.5):F0} ms, p99 {load.Latencies.At(0.99):F0}, generator behind by {load.Behind.TotalSeconds:F2} s; {work.ExpiredQueued} expired while they waited, {work.ExpiredRunning} while they were computed: {work.Wasted} tokens for nobody (at most {most:F0}) beside {work.Tokens} for answers; {load.Outcomes}"));
        return load.Outcomes.AreGood && load.Outcomes[Outcome.Right] > 0 && work.Wasted <= most;
    }

    private static async Task<Work> OverloadAsync(
        string model, int tokens, TimeSpan time, Func<ReferenceAnswers, Uri, OpenLoop> create, Func<Random, TimeSpan?>? patience = null)
    {
        ReferenceAnswers reference = new(150, longest: 500, model);
        int[] texts = reference.TextsOfAbout(tokens, 20);
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning", "--max-queue-seconds", "2s"]);
        (double capacity, double _, Outcomes closed) = await ClosedLoop.CapacityAsync(reference, server.Address, tokens, time / 2, Choose);
        if (!closed.AreGood)
            throw new InvalidOperationException($"the server cannot be measured: {closed}");
        double[] before = await ReadAsync();
        await create(reference, server.Address).RunAsync(Times * capacity, time, Choose, patience);
        await Metrics.BecomeZeroAsync(server.Address, "albertnative_queue_requests");
        double[] grown = [.. (await ReadAsync()).Zip(before, (now, then) => now - then)];
        return new(capacity, texts.Max(text => reference.Tokens[text]), grown[0], grown[1], grown[2], grown[3]);

        async Task<double[]> ReadAsync() =>
        [
            await Metrics.SumAsync(server.Address, "albertnative_tokens_total", "kind=\"computed\""),
            await Metrics.SumAsync(server.Address, "albertnative_tokens_total", "kind=\"wasted\""),
            await Metrics.SumAsync(server.Address, "albertnative_expired_total", "stage=\"queued\""),
            await Metrics.SumAsync(server.Address, "albertnative_expired_total", "stage=\"running\""),
        ];
    }

    /// <summary>What a server did under an overload, by its own metrics.</summary>
    /// <param name="Capacity">What it can do, in requests a second.</param>
    /// <param name="LongestTokens">The tokens of the longest text.</param>
    /// <param name="Tokens">Tokens that it computed for somebody.</param>
    /// <param name="Wasted">Tokens that it computed for nobody.</param>
    /// <param name="ExpiredQueued">Requests whose time was over while they waited.</param>
    /// <param name="ExpiredRunning">Requests whose time was over while they were computed.</param>
    private sealed record Work(double Capacity, int LongestTokens, double Tokens, double Wasted, double ExpiredQueued, double ExpiredRunning);
}
