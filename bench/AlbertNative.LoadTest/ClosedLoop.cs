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
    /// <returns>Right answers and their tokens a second, and what became of the requests.</returns>
    public static async Task<(double Requests, double Tokens, Outcomes Outcomes)> RunAsync(
        ReferenceAnswers answers, Uri server, int clients, TimeSpan time, Func<Random, int[]> choose, int seed, bool compares = true, string? key = null)
    {
        Outcomes outcomes = new();
        long tokens = 0;
        Stopwatch clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(number => Task.Run(async () =>
        {
            Random random = new((seed * 1009) + number);
            using LoadClient client = new(server, answers, compares);
            while (clock.Elapsed < time)
            {
                int[] texts = choose(random);
                (Outcome outcome, string? fault, TimeSpan retry) = await client.AskAsync(texts, Wire.OpenAI, [LoadClient.Computed, .. ClientKeys.Header(key)]);
                outcomes.Add(outcome, fault);
                if (outcome == Outcome.Right)
                    Interlocked.Add(ref tokens, texts.Sum(text => answers.Tokens[text]));
                else if (outcome == Outcome.Refused)
                    await Task.Delay(retry < time ? retry : time);
            }
        })));
        double seconds = clock.Elapsed.TotalSeconds;
        return (outcomes[Outcome.Right] / seconds, tokens / seconds, outcomes);
    }
}
