using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace AlbertNative.LoadTest;

/// <summary>
/// One server without a balancer, ended and started again at the same address while clients ask: some over HTTP/1.1, whose connections
/// they close when asked to, some over HTTP/2, where the server says which requests it will not answer. A client that finds nobody at
/// the address tries again. Ended by SIGTERM, the server leaves nobody without an answer; killed, it cuts connections, but no answer that it gave
/// is wrong, and who asks again has all of them.
/// </summary>
internal static class RestartScenario
{
    private const int LongestText = 60;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1), Pause = TimeSpan.FromMilliseconds(20), Most = TimeSpan.FromHours(1);

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="wanted">Requests to be answered at least.</param>
    /// <param name="times">How often the server is ended.</param>
    /// <param name="clients">Clients at a time; every fourth speaks HTTP/2.</param>
    /// <param name="kills">Whether it is killed.</param>
    public static async Task<bool> RunAsync(string model, long wanted, int times, int clients, bool kills)
    {
        ReferenceAnswers reference = new(200, LongestText, model);
        int port = ServerProcess.FreePort(), port2 = ServerProcess.FreePort();
        // Who finds it again while it loads waits instead of being told to.
        string[] settings = ["--model", $"m={model}", "--grpc", $"127.0.0.1:{port2}", "--log-level", "warning", "--drain-delay", "1s", "--not-ready-delay", "60s"];
        ServerProcess server = await ServerProcess.StartAsync(port, settings);
        try
        {
            Outcomes outcomes = new();
            Outcomes retried = new();
            using CancellationTokenSource enough = new(Most);
            Uri http2 = new($"http://127.0.0.1:{port2}");
            Task[] asking = [.. Enumerable.Range(0, clients).Select(number => Task.Run(() => AskAsync(
                server.Address, number % 4 == 3 ? http2 : null, reference, number, kills, outcomes, retried, enough.Token)))];
            Stopwatch clock = Stopwatch.StartNew();
            int badExits = 0;
            for (int time = 0; time < times; time++)
            {
                await Task.Delay(Between);
                server.Signal(kills ? "KILL" : "TERM");
                if (await server.WaitForExitAsync() != 0 && !kills)
                    badExits++;
                await server.DisposeAsync();
                server = await ServerProcess.StartAsync(port, settings);
            }
            while (outcomes[Outcome.Right] < wanted && outcomes.AreGood && !enough.IsCancellationRequested)
                await Task.Delay(100);
            await enough.CancelAsync();
            await Task.WhenAll(asking);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"restart: {(kills ? "killed" : "ended")} {times} times in {clock.Elapsed.TotalSeconds:F0} s: {outcomes}; asked again {retried[Outcome.Unreachable]} times as nobody listened, {retried[Outcome.Cut]} times as the connection was cut{(kills ? "" : $"; {badExits} exit codes were not 0")}"));
            return outcomes.AreGood && outcomes[Outcome.Right] >= wanted && badExits == 0;
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task AskAsync(
        Uri server, Uri? http2, ReferenceAnswers reference, int number, bool kills, Outcomes outcomes, Outcomes retried, CancellationToken enough)
    {
        Random random = new(number);
        using LeanClient client = new(reference, server, [LoadClient.Computed]);
        using LoadClient client2 = new(http2 ?? server, reference, version: HttpVersion.Version20);
        while (!enough.IsCancellationRequested)
        {
            int[] texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(reference.Texts.Length))];
            (Outcome outcome, string? fault, TimeSpan retry) = await AskOnceAsync(texts);
            while (outcome == Outcome.Unreachable || (kills && outcome == Outcome.Cut))
            {
                retried.Add(outcome);
                await Task.Delay(Pause, CancellationToken.None);
                (outcome, fault, retry) = await AskOnceAsync(texts);
            }
            outcomes.Add(outcome, fault);
            if (outcome == Outcome.Refused)
                await Task.Delay(retry, CancellationToken.None);
        }

        async Task<(Outcome, string?, TimeSpan)> AskOnceAsync(int[] texts) => http2 is null
            ? await client.AskAsync(texts)
            : await client2.AskAsync(texts, Wire.Native, [LoadClient.Computed]);
    }
}
