using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace AlbertNative.LoadTest;

/// <summary>
/// A server that the system stops for a while (SIGSTOP, SIGCONT). First one second of ten, which clients at times of their own see and
/// clients that wait for their answers hardly: what this tool measures is what users would. Then for five seconds under load of
/// both kinds: nothing may be wrong or lost for it, and the server has to be as good as before.
/// </summary>
internal static class StoppedScenario
{
    private const double PerSecond = 50;
    private const int Clients = 4;

    /// <summary>What of a second's stop an open loop must show at least, in milliseconds; about 900 is aimed at.</summary>
    private const double LeastSeen = 500;

    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10), Short = TimeSpan.FromSeconds(1), Long = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromMilliseconds(50), Probe = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rounds">How often the server is stopped, for a second and for five.</param>
    public static async Task<bool> RunAsync(string model, int rounds)
    {
        ReferenceAnswers reference = new(200, longest: 60, model);
        await using ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", "warning"]);
        int[] Choose(Random random) => [random.Next(reference.Texts.Length)];
        await ClosedLoop.RunAsync(reference, server.Address, Clients, TimeSpan.FromSeconds(2), Choose, seed: 1);
        bool isSeen = await IsSeenAsync(server, reference, Choose, rounds);
        for (int round = 0; round < rounds; round++)
        {
            if (!await IsSurvivedAsync(server, reference, Choose, round))
                return false;
        }
        return isSeen;
    }

    private static async Task<bool> IsSeenAsync(ServerProcess server, ReferenceAnswers reference, Func<Random, int[]> choose, int rounds)
    {
        OpenLoop open = new(reference, server.Address, seed: 2);
        Task stops = StopAsync(server, rounds);
        await open.RunAsync(PerSecond, rounds * Round, choose);
        await stops;
        Latencies waited = new();
        stops = StopAsync(server, rounds);
        (double _, double _, Outcomes closed) = await ClosedLoop.RunAsync(reference, server.Address, Clients, rounds * Round, choose, seed: 3, latencies: waited);
        await stops;
        double p99 = open.Latencies.At(0.99);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"stopped for {Short.TotalSeconds:F0} s of {Round.TotalSeconds:F0}: requests at times of their own p99 {p99:F0} ms (aim 900), of clients that wait p99 {waited.At(0.99):F1} ms; {open.Outcomes}; {closed}"));
        return open.Outcomes.AreGood && closed.AreGood && p99 >= LeastSeen;
    }

    private static async Task StopAsync(ServerProcess server, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            await Task.Delay((Round - Short) / 2);
            await server.StopForAsync(Short);
            await Task.Delay((Round - Short) / 2);
        }
    }

    private static async Task<bool> IsSurvivedAsync(ServerProcess server, ReferenceAnswers reference, Func<Random, int[]> choose, int round)
    {
        OpenLoop hurried = new(reference, server.Address, seed: 10 + round, LoadClient.Deadline(Deadline)) { Limit = Deadline + Grace };
        MixedLoad mixed = new(reference, Clients, seed: 20 + round);
        Task asking = Task.WhenAll(
            hurried.RunAsync(PerSecond, Round, choose),
            mixed.RunAsync(server.Address, long.MaxValue, Round, swap: null, swapEvery: default));
        await Task.Delay((Round - Long) / 2);
        await server.StopForAsync(Long);
        hurried.WentOn = Stopwatch.GetTimestamp();
        int dead = 0;
        using (HttpClient probe = new() { BaseAddress = server.Address })
        {
            do
            {
                using HttpResponseMessage live = await probe.GetAsync(new Uri("/v2/health/live", UriKind.Relative));
                dead += live.StatusCode == HttpStatusCode.OK ? 0 : 1;
                await Task.Delay(Probe);
            }
            while (!asking.IsCompleted);
        }
        await asking;
        OpenLoop after = new(reference, server.Address, seed: 30 + round, LoadClient.Deadline(Deadline)) { Limit = Deadline + Grace };
        await after.RunAsync(PerSecond, Round / 2, choose);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"stopped for {Long.TotalSeconds:F0} s under load: within {Deadline.TotalMilliseconds:F0} ms: {hurried.Outcomes}, {hurried.Late} later than {Grace.TotalMilliseconds:F0} ms beyond it (aim 0); mixed: {mixed.Outcomes}; not live {dead} times; afterwards p99 {after.Latencies.At(0.99):F0} ms, {after.Outcomes}, {after.Late} late"));
        return hurried.Outcomes.AreGood && mixed.Outcomes.AreGood && after.Outcomes.AreGood && dead == 0;
    }
}
