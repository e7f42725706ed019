using System.Collections.Concurrent;

namespace AlbertNative.LoadTest;

/// <summary>Asks over as many connections as there are requests at a time, each of which is used again. Thread-safe.</summary>
/// <param name="answers">What is right.</param>
/// <param name="server">Whom it asks.</param>
/// <param name="headers">Added to each request.</param>
/// <param name="compares">Whether the bits are compared, and not only their number.</param>
internal sealed class LeanClient(ReferenceAnswers answers, Uri server, IEnumerable<(string Name, string Value)> headers, bool compares = true) : IDisposable
{
    private readonly ConcurrentBag<LeanConnection> _idle = [];
    private readonly string _headers = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));

    /// <summary>Asks once.</summary>
    public async ValueTask<(Outcome Outcome, string? Fault, TimeSpan RetryAfter)> AskAsync(int[] texts)
    {
        if (!_idle.TryTake(out LeanConnection? connection))
            connection = new LeanConnection(answers, server, _headers, compares);
        (Outcome Outcome, string? Fault, TimeSpan RetryAfter) result = await connection.AskAsync(texts);
        if (result.Outcome == Outcome.Lost)
            connection.Dispose();
        else
            _idle.Add(connection);
        return result;
    }

    public void Dispose()
    {
        foreach (LeanConnection connection in _idle)
            connection.Dispose();
    }
}
