using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>Nine clients that want a twentieth of a server each, alone, and then beside one that wants ten times all of it.</summary>
internal static class GreedyScenario
{
    private const int Modest = 9;
    private const double Share = 0.05, Greed = 10, AimTimes = 2;
    private const string GreedyKey = "greedy";

    private static readonly string[] ModestKeys = [.. Enumerable.Range(1, Modest).Select(number => $"modest-{number}")];

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">About the tokens of a text.</param>
    /// <param name="time">How long, without the greedy one and with it.</param>
    public static async Task<bool> RunAsync(string model, int tokens, TimeSpan time)
    {
        ReferenceAnswers reference = new(150, longest: 500, model);
        int[] texts = reference.TextsOfAbout(tokens, 20);
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        using ClientKeys keys = new([GreedyKey, .. ModestKeys]);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning", "--api-keys", keys.Path]);
        (double capacity, double _, Outcomes closed) = await ClosedLoop.CapacityAsync(reference, server.Address, tokens, time / 2, Choose, GreedyKey);

        OpenLoop[] alone = Loops(seed: 10);
        await Task.WhenAll(alone.Select(AskAsync));
        OpenLoop[] beside = Loops(seed: 30);
        OpenLoop greedy = new(reference, server.Address, seed: 50, ClientKeys.Header(GreedyKey));
        Task greed = greedy.RunAsync(Greed * capacity, time, Choose);
        await Task.WhenAll(beside.Select(AskAsync));
        await greed;

        double p99Alone = alone.Max(load => load.Latencies.At(0.99)), p99 = beside.Max(load => load.Latencies.At(0.99));
        long refused = beside.Sum(load => load.Outcomes[Outcome.Refused]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"greedy: capacity {capacity:F0} requests/s; {Modest} clients at {Share:P0} of it: worst p50 {alone.Max(load => load.Latencies.At(0.5)):F1} ms, p99 {p99Alone:F1}; beside one at {Greed:P0}: p50 {beside.Max(load => load.Latencies.At(0.5)):F1}, p99 {p99:F1}, {p99 / p99Alone:F1} times (aim {AimTimes}); {beside.Sum(load => load.Outcomes.All)} requests, {refused} refused; the greedy one: {greedy.Outcomes}"));
        return closed.AreGood && greedy.Outcomes.AreGood && greedy.Outcomes[Outcome.Refused] > 0 && refused == 0
            && alone.Concat(beside).All(load => load.Outcomes.AreGood);

        OpenLoop[] Loops(int seed) => [.. ModestKeys.Select((key, number) => new OpenLoop(reference, server.Address, seed + number, ClientKeys.Header(key)))];
        Task AskAsync(OpenLoop load) => load.RunAsync(Share * capacity, time, Choose);
    }
}
