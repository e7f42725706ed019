using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>Clients that each ask again as soon as they are answered: what a server can do at most.</summary>
internal static class ClosedLoop
{
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
    /// <returns>Right answers and their tokens a second, and what became of the requests.</returns>
    public static async Task<(double Requests, double Tokens, Outcomes Outcomes)> RunAsync(
        ReferenceAnswers answers, Uri server, int clients, TimeSpan time, Func<Random, int[]> choose, int seed, bool compares = true, string? key = null, bool spares = false)
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
                (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts);
                outcomes.Add(outcome, fault);
                if (outcome == Outcome.Right)
                    Interlocked.Add(ref tokens, answers.TokensOf(texts));
                else if (outcome == Outcome.Refused)
                    await Task.Delay(retry < time ? retry : time);
            }
        })));
        double seconds = clock.Elapsed.TotalSeconds;
        return (outcomes[Outcome.Right] / seconds, tokens / seconds, outcomes);
    }
}
