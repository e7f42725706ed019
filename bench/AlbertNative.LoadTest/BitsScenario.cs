using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>Mixed load with cancellations, deadlines and swaps: no answer may be wrong, none may be lost, nothing may be left behind.</summary>
internal static class BitsScenario
{
    private static readonly string[] Gauges =
        ["albertnative_queue_requests", "albertnative_queue_sequences", "albertnative_queue_tokens", "albertnative_queue_bytes", "albertnative_buffered"];

    /// <summary>Runs it.</summary>
    /// <param name="models">Which are exchanged for each other.</param>
    /// <param name="longest">The most tokens of a text.</param>
    /// <param name="answers">Texts that are to be answered.</param>
    /// <param name="most">The most time.</param>
    /// <param name="clients">Clients at a time.</param>
    /// <param name="swapEvery">How often the model is exchanged.</param>
    /// <param name="cache">Whether the server has a cache.</param>
    /// <returns>Whether everything was as it must be.</returns>
    public static async Task<bool> RunAsync(IReadOnlyList<string> models, int longest, long answers, TimeSpan most, int clients, TimeSpan swapEvery, string? cache)
    {
        ReferenceAnswers reference = new(answers < 50_000 ? 300 : 2000, longest, models);
        using SwappedModel model = new(models);
        int port = ServerProcess.FreePort();
        List<string> settings = ["--model", $"m={model.Path}", "--log-level", "warning", "--max-queue-seconds", "2s", "--drain-delay", "0"];
        if (cache is not null)
            settings.AddRange(["--cache", cache]);
        await using ServerProcess server = await ServerProcess.StartAsync(port, settings);
        MixedLoad load = new(reference, clients, seed: 11);
        Stopwatch clock = Stopwatch.StartNew();
        (long Bytes, int Handles, int Threads)? early = null;
        using Timer watch = new(_ => early ??= load.Answers > answers / 10 ? (server.ResidentBytes, server.Held.Handles, server.Held.Threads) : null, null, 200, 200);
        await load.RunAsync(server.Address, answers, most, number => model.SwapAsync(server.Address, number), swapEvery);
        double seconds = clock.Elapsed.TotalSeconds;
        bool isEmpty = await Metrics.BecomeZeroAsync(server.Address, Gauges);
        (long bytes, (int handles, int threads)) = (server.ResidentBytes, server.Held);
        server.Signal("TERM");
        int code = await server.WaitForExitAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"bits: {load.Answers} texts right, {load.Swaps} swaps in {seconds:F0} s; requests: {load.Outcomes}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"bits: resident {(early?.Bytes ?? bytes) >> 20} MiB after a tenth, {bytes >> 20} MiB at the end; handles {early?.Handles} and {handles}, threads {early?.Threads} and {threads}; gauges {(isEmpty ? "0" : "not 0")}, exit {code}"));
        return load.Outcomes.AreGood && load.Answers > 0 && load.Swaps > 0 && load.Outcomes[Outcome.Left] > 0 && isEmpty && code == 0;
    }
}
