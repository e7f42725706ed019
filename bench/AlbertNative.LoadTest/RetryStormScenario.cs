using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace AlbertNative.LoadTest;

/// <summary>
/// Clients like <c>@huggingface/inference</c>, which ask again after a 503 without any pause, of a server that still loads its models: it
/// has to hold their answers back, as nobody else makes them wait, and to answer all of them in the end.
/// </summary>
internal static class RetryStormScenario
{
    private const int Clients = 20, AimPerSecond = 25;

    /// <summary>Models that are loaded before the one that is asked for: they make the time that loading takes.</summary>
    private const int Before = 12;

    /// <summary>Runs it.</summary>
    public static async Task<bool> RunAsync(string model)
    {
        ReferenceAnswers reference = new(Clients, longest: 60, model);
        IEnumerable<string> before = Enumerable.Range(0, Before).SelectMany(number => (string[])["--model", $"before-{number}={model}"]);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), [.. before, "--model", $"m={model}", "--default-model", "m", "--log-level", "warning"], untilReady: false);
        Stopwatch clock = Stopwatch.StartNew();
        Outcomes outcomes = new();
        long refused = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            using LoadClient client = new(server.Address, reference, wrap: sockets => new RepeatsWhileUnready(sockets, () => Interlocked.Increment(ref refused)));
            (Outcome outcome, string? fault, _) = await client.AskAsync([number], Wire.Tei);
            outcomes.Add(outcome, fault);
        })));
        double seconds = clock.Elapsed.TotalSeconds, seen = await Metrics.SumAsync(server.Address, "albertnative_requests_total");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"retry storm: {Clients} clients that repeat without a pause, answered after {seconds:F1} s: {seen:F0} requests seen, {refused} of them 503, {seen / seconds:F1} a second (aim {AimPerSecond}); {outcomes}"));
        return outcomes.AreGood && outcomes[Outcome.Right] == Clients && refused > 0;
    }

    private sealed class RepeatsWhileUnready(HttpMessageHandler sockets, Action refused) : DelegatingHandler(sockets)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            while (true)
            {
                HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                    return answer;
                answer.Dispose();
                refused();
            }
        }
    }
}
