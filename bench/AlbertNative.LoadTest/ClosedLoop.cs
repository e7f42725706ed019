using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>Clients that each ask again as soon as they are answered: what a server can do at most.</summary>
internal static class ClosedLoop
{
    /// <summary>Tokens that wait at a time keep a server busy, and are not so many that it refuses some: whoever is told to wait measures his patience.</summary>
    private const int BusyTokens = 1024;

    /// <summary>What a server can do of single texts of about so many tokens: as many clients as keep it busy, and before that some to warm it.</summary>
    /// <returns>Right answers and their tokens a second, and what became of the requests.</returns>
    public static async Task<(double Requests, double Tokens, Outcomes Outcomes)> CapacityAsync(
        ReferenceAnswers answers, Uri server, int tokens, TimeSpan time, Func<Random, int[]> choose, string? key = null)
    {
        int clients = Math.Clamp(BusyTokens / tokens, 8, 64);
        await RunAsync(answers, server, clients, TimeSpan.FromSeconds(2), choose, seed: 1, key: key);
        return await RunAsync(answers, server, clients, time, choose, seed: 2, key: key);
    }

    /// <summary>Asks for a while.</summary>
    /// <param name="answers">What is right.</param>
    /// <param name="server">Whom.</param>
    /// <param name="clients">Clients at a time.</param>
    /// <param name="time">For how long.</param>
    /// <param name="choose">The texts of a request.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="key">The clients' key; null for none.</param>
    /// <param name="compares">Whether the bits are compared: another engine has others.</param>
    /// <param name="spares">Whether what is asked by several at a time may be computed once.</param>
    /// <param name="latencies">Told how long each right answer took.</param>
    /// <returns>Right answers and their tokens a second, and what became of the requests.</returns>
    public static async Task<(double Requests, double Tokens, Outcomes Outcomes)> RunAsync(
        ReferenceAnswers answers, Uri server, int clients, TimeSpan time, Func<Random, int[]> choose, int seed, bool compares = true, string? key = null, bool spares = false, Latencies? latencies = null)
    {
        Outcomes outcomes = new();
        long tokens = 0;
        (string, string)[] anew = spares ? [] : [LoadClient.Computed];
        using LeanClient client = new(answers, server, [.. anew, .. ClientKeys.Header(key)], compares);
        Stopwatch clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            Random random = new((seed * 1009) + number);
            while (clock.Elapsed < time)
            {
                int[] texts = choose(random);
                long sent = Stopwatch.GetTimestamp();
                (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts);
                outcomes.Add(outcome, fault);
                if (outcome == Outcome.Right)
                {
                    Interlocked.Add(ref tokens, answers.TokensOf(texts));
                    latencies?.Add(Stopwatch.GetElapsedTime(sent).TotalSeconds);
                }
                else if (outcome == Outcome.Refused)
                    await Task.Delay(retry < time ? retry : time);
            }
        })));
        double seconds = clock.Elapsed.TotalSeconds;
        return (outcomes[Outcome.Right] / seconds, tokens / seconds, outcomes);
    }
}
