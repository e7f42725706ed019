using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>
/// One short text a second, to a server that has nothing else to do: nobody waits for company that does not come. Beside it the library
/// in this process, at the same pace, as its caches are cold then too, and in a row.
/// </summary>
internal static class LowLoadScenario
{
    private const int Tokens = 8;
    private const double PerSecond = 1, AimMilliseconds = 0.3;

    /// <summary>Runs it.</summary>
    public static async Task<bool> RunAsync(string model, TimeSpan time)
    {
        ReferenceAnswers reference = new(150, longest: 2 * Tokens, model);
        int[] texts = reference.TextsOfAbout(Tokens, 20);
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        OpenLoop load;
        await using (ServerProcess server = await ServerProcess.StartAsync(ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning"]))
        {
            await ClosedLoop.RunAsync(reference, server.Address, clients: 1, TimeSpan.FromSeconds(2), Choose, seed: 1);
            load = new(reference, server.Address, seed: 2);
            await load.RunAsync(PerSecond, time, Choose);
        }
        using TextEmbedder embedder = TextEmbedder.Load(model, new EmbeddingOptions { Normalize = true });
        double inARow = await EmbedAsync(count: 1000, pause: TimeSpan.Zero);
        double atThePace = await EmbedAsync(Math.Max(3, (int)(time.TotalSeconds * PerSecond)), TimeSpan.FromSeconds(1 / PerSecond));
        double median = load.Latencies.At(0.5);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"low load: {PerSecond} request/s of {Tokens} tokens: p50 {median:F2} ms, p90 {load.Latencies.At(0.9):F2}; the library at the same pace {atThePace:F2} ms, in a row {inARow:F2}: {median - atThePace:F2} ms beyond it (aim {AimMilliseconds}); {load.Outcomes}"));
        return load.Outcomes.AreGood && load.Outcomes[Outcome.Refused] == 0;

        async Task<double> EmbedAsync(int count, TimeSpan pause)
        {
            Latencies took = new();
            for (int i = 0; i < count; i++)
            {
                await Task.Delay(pause);
                long started = Stopwatch.GetTimestamp();
                embedder.Embed(reference.Texts[texts[i % texts.Length]]);
                took.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
            return took.At(0.5);
        }
    }
}
