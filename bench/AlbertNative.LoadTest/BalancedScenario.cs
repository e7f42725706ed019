using System.Diagnostics;
using System.Globalization;

namespace AlbertNative.LoadTest;

/// <summary>
/// Two replicas behind a real balancer, each drained and replaced while clients ask: no request may be lost, either replica has
/// the same bits, and a key opens and closes the same at both.
/// </summary>
internal static class BalancedScenario
{
    private const string Key = "of-a-client";

    private static readonly TimeSpan Most = TimeSpan.FromMinutes(60);

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="kind">nginx or haproxy.</param>
    /// <param name="wanted">Requests to be answered at least.</param>
    /// <param name="rounds">How often each replica is replaced.</param>
    /// <param name="clients">Clients at a time.</param>
    /// <param name="drains">Whether replicas are given their delay before they end; without it requests may be lost.</param>
    /// <param name="kills">Whether they are killed instead: a balancer that tries again loses nothing all the same.</param>
    public static async Task<bool> RunAsync(string model, string kind, long wanted, int rounds, int clients, bool drains, bool kills)
    {
        ReferenceAnswers reference = new(200, longest: 100, model);
        using ClientKeys keys = new(Key);
        string[] settings =
        [
            "--model", $"m={model}", "--api-keys", keys.Path, "--log-level", "warning", "--drain-delay", drains ? "3s" : "0",
        ];
        int[] ports = [ServerProcess.FreePort(), ServerProcess.FreePort()];
        List<ServerProcess> replicas = [];
        try
        {
            foreach (int port in ports)
                replicas.Add(await ServerProcess.StartAsync(port, settings));
            await using Balancer balancer = await Balancer.StartAsync(kind, ports);
            Outcomes outcomes = new();
            using CancellationTokenSource enough = new(Most);
            Stopwatch clock = Stopwatch.StartNew();
            Task[] asking = [.. Enumerable.Range(0, clients).Select(client => Task.Run(() => AskAsync(balancer.Address, reference, client, outcomes, enough.Token)))];
            int replaced = 0;
            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < ports.Length; i++)
                {
                    await Task.Delay(1000);
                    replicas[i].Signal(kills ? "KILL" : "TERM");
                    int code = await replicas[i].WaitForExitAsync();
                    if (code != 0 && !kills)
                        throw new InvalidOperationException($"a replica has ended with {code}");
                    await replicas[i].DisposeAsync();
                    replicas[i] = await ServerProcess.StartAsync(ports[i], settings);
                    // The balancer has to notice before the other one goes.
                    await Task.Delay(2500);
                    replaced++;
                }
            }
            while (outcomes[Outcome.Right] < wanted && outcomes.AreGood && !enough.IsCancellationRequested)
                await Task.Delay(100);
            await enough.CancelAsync();
            await Task.WhenAll(asking);
            bool keysAgree = await KeysAgreeAsync(balancer.Address);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"balanced: {kind}, {(kills ? "killed" : drains ? "drained" : "not drained")}: {outcomes} in {clock.Elapsed.TotalSeconds:F0} s, {replaced} replicas replaced; keys {(keysAgree ? "agree" : "do not agree")}"));
            return outcomes.AreGood && outcomes[Outcome.Right] >= wanted && keysAgree;
        }
        finally
        {
            foreach (ServerProcess replica in replicas)
                await replica.DisposeAsync();
        }
    }

    private static async Task AskAsync(Uri balancer, ReferenceAnswers reference, int number, Outcomes outcomes, CancellationToken enough)
    {
        Random random = new(number);
        using LoadClient client = new(balancer, reference);
        while (!enough.IsCancellationRequested)
        {
            int[] texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(reference.Texts.Length))];
            (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts, (Wire)random.Next(3), ClientKeys.Header(Key), CancellationToken.None);
            outcomes.Add(outcome, fault);
            if (outcome == Outcome.Refused)
                await Task.Delay(retry, CancellationToken.None);
        }
    }

    /// <summary>Whether every replica knows the key, and none knows another: many requests, each over a connection of its own.</summary>
    private static async Task<bool> KeysAgreeAsync(Uri balancer)
    {
        for (int i = 0; i < 16; i++)
        {
            using HttpClient client = new() { BaseAddress = balancer };
            using HttpRequestMessage wrong = new(HttpMethod.Get, "/v1/models");
            wrong.Headers.Add("x-api-key", i % 2 == 0 ? Key : "of-nobody");
            using HttpResponseMessage answer = await client.SendAsync(wrong);
            if ((int)answer.StatusCode != (i % 2 == 0 ? 200 : 401))
                return false;
        }
        return true;
    }
}
