using System.Collections.Concurrent;
using System.Diagnostics;

namespace AlbertNative.LoadTest;

/// <summary>Asks over as many connections as there are requests at a time, each of which is used again. Thread-safe.</summary>
/// <param name="answers">What is right.</param>
/// <param name="server">Whom it asks.</param>
/// <param name="headers">Added to each request.</param>
/// <param name="compares">Whether the bits are compared, and not only their number.</param>
internal sealed class LeanClient(ReferenceAnswers answers, Uri server, IEnumerable<(string Name, string Value)> headers, bool compares = true) : IDisposable
{
    /// <summary>A connection that was idle for longer is not used again: the server, which closes it after 75 s, may just do so.</summary>
    private static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<(LeanConnection Connection, long Since)> _idle = [];
    private readonly string _headers = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));

    /// <summary>Asks once.</summary>
    /// <param name="texts">Which texts.</param>
    /// <param name="leave">The client goes.</param>
    public async ValueTask<(Outcome Outcome, string? Fault, TimeSpan RetryAfter)> AskAsync(int[] texts, CancellationToken leave = default)
    {
        LeanConnection connection = TakeIdle() ?? new LeanConnection(answers, server, _headers, compares);
        (Outcome Outcome, string? Fault, TimeSpan RetryAfter) result = await connection.AskAsync(texts, leave);
        if (connection.IsOpen)
            _idle.Add((connection, Stopwatch.GetTimestamp()));
        else
            connection.Dispose();
        return result;
    }

    public void Dispose()
    {
        foreach ((LeanConnection connection, _) in _idle)
            connection.Dispose();
    }

    private LeanConnection? TakeIdle()
    {
        while (_idle.TryTake(out (LeanConnection Connection, long Since) idle))
        {
            if (Stopwatch.GetElapsedTime(idle.Since) < MostIdle)
                return idle.Connection;
            idle.Connection.Dispose();
        }
        return null;
    }
}
