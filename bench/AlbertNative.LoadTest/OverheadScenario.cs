using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>What a request costs beyond what the workers' threads do: the wire, JSON, tokens, the queue.</summary>
internal static class OverheadScenario
{
    /// <summary>What the engine's threads are called, as far as Linux keeps a name.</summary>
    private const string EnginePrefix = "AlbertNative";

    /// <summary>Runs it.</summary>
    public static async Task<bool> RunAsync(string model, TimeSpan time, string logLevel)
    {
        ReferenceAnswers reference = new(200, longest: 500, model);
        int[] texts = [.. Enumerable.Range(0, reference.Texts.Length).OrderBy(text => Math.Abs(reference.Tokens[text] - 8)).Take(20)];
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", logLevel, "--threads", "1"]);
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        await ClosedLoop.RunAsync(reference, server.Address, 4, time, Choose, seed: 1);
        Dictionary<string, double> before = server.ThreadTimes();
        (double perSecond, double _, Outcomes outcomes) = await ClosedLoop.RunAsync(reference, server.Address, 4, time, Choose, seed: 2);
        double requests = outcomes[Outcome.Right];
        (string Name, double Cost)[] costs =
        [
            .. server.ThreadTimes().Select(thread => (thread.Key, 1e6 * (thread.Value - before.GetValueOrDefault(thread.Key)) / requests))
                .Where(thread => thread.Item2 >= 1).OrderByDescending(thread => thread.Item2),
        ];
        double engine = costs.Where(thread => thread.Name.StartsWith(EnginePrefix, StringComparison.Ordinal)).Sum(thread => thread.Cost);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"overhead: {perSecond:F0} requests/s of one text of about 8 tokens; processor {costs.Sum(thread => thread.Cost):F0} us a request, of which the engine's threads {engine:F0}: {costs.Sum(thread => thread.Cost) - engine:F0} us beyond them (log level {logLevel})"));
        Console.WriteLine($"overhead: {string.Join(", ", costs.Select(thread => string.Create(CultureInfo.InvariantCulture, $"{thread.Name} {thread.Cost:F0}")))}");
        return outcomes.AreGood;
    }
}
