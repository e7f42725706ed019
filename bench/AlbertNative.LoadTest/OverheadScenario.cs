using System.Globalization;
using System.Reflection;

namespace AlbertNative.LoadTest;

/// <summary>
/// What a request costs beyond the engine: the wire, JSON, the queue, metrics, the log. Twice: the processor time of the server's
/// threads but for those that compute, and that of all of its threads beyond what the library takes for the same texts in a process
/// of its own, one after the other on one thread. Only the first has tokenizing and results, only the second what the threads that compute
/// take to be woken and to choose, less what they gain where two texts share a step. Beside it the first for the server with an engine that
/// computes nothing, and for a server of nothing.
/// </summary>
internal static class OverheadScenario
{
    private const int Tokens = 8;

    /// <summary>Runs it.</summary>
    public static async Task<bool> RunAsync(string model, int clients, TimeSpan time, string logLevel)
    {
        // Many texts, so that seldom two clients ask the same at a time, which would be computed once.
        ReferenceAnswers reference = new(2000, longest: 2 * Tokens, model);
        int[] texts = reference.TextsOfAbout(Tokens, 500);
        double engine, others;
        bool isGood;
        await using (ServerProcess server = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["--model", $"m={model}", "--log-level", logLevel, "--threads", "1"]))
        {
            (engine, others, isGood) = await MeasureAsync("overhead", server, reference, texts, clients, time, compares: true);
        }
        string self = Assembly.GetExecutingAssembly().Location;
        await using (ServerProcess stub = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["serve", "--engine", PeerServer.None, "--settings", $"model=m={model}", $"log-level={logLevel}"], self))
        {
            await MeasureAsync("with an engine that computes nothing", stub, reference, texts, clients, time, compares: false);
        }
        double library = 1e6 * reference.SecondsAlone(model, texts, time);
        Print($"overhead: the library alone takes {library:F0} us a text: {engine + others - library:F0} us beyond it (log level {logLevel})");
        await using ServerProcess empty = await ServerProcess.StartAsync(
            ServerProcess.FreePort(), ["empty", "--busy", library.ToString("F0", CultureInfo.InvariantCulture)], self);
        await MeasureAsync("a server of nothing", empty, reference, texts, clients, time, compares: false);
        return isGood;
    }

    private static async Task<(double Engine, double Others, bool IsGood)> MeasureAsync(
        string name, ServerProcess server, ReferenceAnswers reference, int[] texts, int clients, TimeSpan time, bool compares)
    {
        int[] Choose(Random random) => [texts[random.Next(texts.Length)]];
        await ClosedLoop.RunAsync(reference, server.Address, clients, time, Choose, seed: 1, compares, spares: true);
        Dictionary<string, double> before = server.ThreadTimes();
        (double engine, double others) = server.EngineTimes();
        (double perSecond, double _, Outcomes outcomes) = await ClosedLoop.RunAsync(reference, server.Address, clients, time, Choose, seed: 2, compares, spares: true);
        (double engineAfter, double othersAfter) = server.EngineTimes();
        double requests = outcomes[Outcome.Right];
        (engine, others) = (1e6 * (engineAfter - engine) / requests, 1e6 * (othersAfter - others) / requests);
        Print($"{name}: {perSecond:F0} requests/s of {clients} clients, of one text of about {Tokens} tokens; processor {engine + others:F0} us a request, of which the threads that compute {engine:F0}: {others:F0} us beyond them");
        Print($"{name}: {string.Join(", ", server.ThreadTimes()
            .Select(thread => (Name: thread.Key, Cost: 1e6 * (thread.Value - before.GetValueOrDefault(thread.Key)) / requests))
            .Where(thread => thread.Cost >= 1).OrderByDescending(thread => thread.Cost)
            .Select(thread => string.Create(CultureInfo.InvariantCulture, $"{thread.Name} {thread.Cost:F0}")))}");
        return (engine, others, outcomes.AreGood);
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
