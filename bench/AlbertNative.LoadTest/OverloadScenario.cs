using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>Ten times what a server can do: it must go on doing what it can, refuse the rest with a true time, and keep its memory.</summary>
internal static class OverloadScenario
{
    private const double Times = 10;

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">About the tokens of a text.</param>
    /// <param name="time">How long, at overload; capacity is measured for half as long before.</param>
    /// <param name="queue">The most work that may wait.</param>
    public static async Task<bool> RunAsync(string model, int tokens, TimeSpan time, string queue)
    {
        ReferenceAnswers reference = new(150, longest: 500, model);
        int[] texts = reference.TextsOfAbout(tokens, 20);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning", "--max-queue-seconds", queue]);
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        (double capacity, double tokensCapacity, Outcomes closed) = await ClosedLoop.CapacityAsync(reference, server.Address, tokens, time / 2, Choose);
        long before = server.ResidentBytes, most = 0;
        List<double> health = [];
        using CancellationTokenSource over = new();
        Task probes = ProbeAsync(server, health, bytes => most = Math.Max(most, bytes), over.Token);
        OpenLoop load = new(reference, server.Address, seed: 3);
        (double engine, double others) = server.EngineTimes();
        TimeSpan generator = Environment.CpuUsage.TotalTime;
        await load.RunAsync(Times * capacity, time, Choose);
        // On a machine that does other things too, clients that wait for their answers may not have found out what the server can do.
        for (int more = 0; more < 2 && load.Outcomes.AreGood && load.Outcomes[Outcome.Refused] == 0; more++)
        {
            (capacity, tokensCapacity) = (load.Outcomes[Outcome.Right] / load.Took.TotalSeconds, load.Tokens / load.Took.TotalSeconds);
            load = new OpenLoop(reference, server.Address, seed: 4 + more);
            (engine, others) = server.EngineTimes();
            generator = Environment.CpuUsage.TotalTime;
            await load.RunAsync(Times * capacity, time, Choose);
        }
        (double engineAfter, double othersAfter) = server.EngineTimes();
        (engine, others, generator) = (engineAfter - engine, othersAfter - others, Environment.CpuUsage.TotalTime - generator);
        await over.CancelAsync();
        await probes;
        health.Sort();
        double goodput = load.Tokens / load.Took.TotalSeconds / tokensCapacity;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"overload: {texts.Average(text => reference.Tokens[text]):F0} tokens a text, capacity {capacity:F0} requests/s ({tokensCapacity:F0} tokens/s); offered {Times} times that: goodput {goodput:P0}, p50 {load.Latencies.At(0.5):F0} ms, p99 {load.Latencies.At(0.99):F0} ms of the answered, median Retry-After {load.MedianRetry:F1} s, generator behind by {load.Behind.TotalSeconds:F2} s"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"overload: {load.Outcomes}; resident {before >> 20} MiB before, at most {most >> 20}; cores busy with the engine {Cores(engine):F2}, with the rest of the server {Cores(others):F2} ({1e6 * others / load.Outcomes.All:F0} us a request), with the generator {Cores(generator.TotalSeconds):F2}; health p99 {(health.Count == 0 ? double.NaN : health[(int)(0.99 * health.Count)]):F0} ms"));
        double Cores(double seconds) => seconds / load.Took.TotalSeconds;

        return closed.AreGood && load.Outcomes.AreGood && load.Outcomes[Outcome.Refused] > 0;
    }

    private static async Task ProbeAsync(ServerProcess server, List<double> health, Action<long> bytes, CancellationToken over)
    {
        using HttpClient client = new() { BaseAddress = server.Address };
        try
        {
            while (true)
            {
                long started = Stopwatch.GetTimestamp();
                using HttpResponseMessage answer = await client.GetAsync(new Uri("/health", UriKind.Relative), over);
                health.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                bytes(server.ResidentBytes);
                await Task.Delay(100, over);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Over.
        }
    }
}
