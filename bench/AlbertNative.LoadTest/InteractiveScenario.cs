using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>Short queries beside long texts that come without end.</summary>
internal static class InteractiveScenario
{
    private const double QueriesPerSecond = 10;
    private const int BulkClients = 2, BulkTexts = 8, ShortTokens = 16;
    private const string QueryKey = "queries", BulkKey = "bulk";

    /// <summary>Runs it.</summary>
    public static async Task<bool> RunAsync(string model, TimeSpan time)
    {
        ReferenceAnswers reference = new(100, longest: 500, model);
        int[] all = [.. Enumerable.Range(0, reference.Texts.Length)];
        int[] shortTexts = [.. all.Where(text => reference.Tokens[text] <= ShortTokens)], longTexts = [.. all.Where(text => reference.Tokens[text] > 0.75 * reference.Tokens.Max())];
        using ClientKeys keys = new(QueryKey, BulkKey);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning", "--api-keys", keys.Path]);
        int[] Query(Random random) => [shortTexts[random.Next(shortTexts.Length)]];
        int[] Bulk(Random random) => [.. Enumerable.Range(0, BulkTexts).Select(_ => longTexts[random.Next(longTexts.Length)])];

        OpenLoop alone = new(reference, server.Address, seed: 1, ClientKeys.Header(QueryKey));
        await alone.RunAsync(QueriesPerSecond, time / 3, Query);
        (double _, double bulkAlone, Outcomes first) = await ClosedLoop.RunAsync(reference, server.Address, BulkClients, time / 3, Bulk, seed: 2, key: BulkKey);
        OpenLoop beside = new(reference, server.Address, seed: 3, ClientKeys.Header(QueryKey));
        Task<(double Requests, double Tokens, Outcomes Outcomes)> bulk = ClosedLoop.RunAsync(reference, server.Address, BulkClients, time, Bulk, seed: 4, key: BulkKey);
        await beside.RunAsync(QueriesPerSecond, time, Query);
        (double _, double bulkBeside, Outcomes second) = await bulk;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"interactive: queries of at most {ShortTokens} tokens alone p50 {alone.Latencies.At(0.5):F1} ms, p99 {alone.Latencies.At(0.99):F1}; beside endless bulk p50 {beside.Latencies.At(0.5):F1}, p90 {beside.Latencies.At(0.9):F1}, p99 {beside.Latencies.At(0.99):F1}, max {beside.Latencies.At(1):F1}; bulk {bulkAlone:F0} tokens/s alone, {bulkBeside:F0} beside; queries: {beside.Outcomes}"));
        return alone.Outcomes.AreGood && beside.Outcomes.AreGood && first.AreGood && second.AreGood && beside.Outcomes[Outcome.Refused] == 0;
    }
}
