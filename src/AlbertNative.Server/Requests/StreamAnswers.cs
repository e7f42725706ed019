namespace AlbertNative.Server.Requests;

/// <summary>A part of a stream that was read and is being answered.</summary>
internal interface IStreamPart
{
    /// <summary>Done when its answer stands ready, or it has none.</summary>
    Task Answer { get; }

    /// <summary>How much was read for it.</summary>
    long Bytes { get; }
}

/// <summary>
/// Answers the parts of a stream in their order. A few are computed ahead of what is written, together with each other; beyond them
/// nothing is read, and the network makes the client wait.
/// </summary>
/// <param name="read">Reads a part and begins to answer it; null at the end.</param>
/// <param name="write">Writes a part's answer, and lets go of the part whether it can be written or not.</param>
internal sealed class StreamAnswers<TPart>(Func<Task<TPart?>> read, Func<TPart, Task> write)
    where TPart : class, IStreamPart
{
    private const int MostAhead = 64;
    private const long MostBytesAhead = 256 << 10;

    private readonly Queue<TPart> _ahead = new();
    private long _bytesAhead;
    private Task<TPart?>? _next;

    /// <summary>Whether the next answer to be written stands ready.</summary>
    public bool HasReady => _ahead.TryPeek(out TPart? oldest) && oldest.Answer.IsCompleted;

    /// <summary>Reads and writes until there are no more. What was wrong with the reading is thrown once everything before it is written.</summary>
    public async Task RunAsync()
    {
        Task? end = null;
        while (true)
        {
            if (_next is null && end is null && _ahead.Count < MostAhead && _bytesAhead < MostBytesAhead)
                _next = read();
            if (HasReady || (_next is null && _ahead.Count > 0))
            {
                TPart oldest = _ahead.Dequeue();
                _bytesAhead -= oldest.Bytes;
                await write(oldest).ConfigureAwait(false);
            }
            else if (_next is null)
            {
                await end!.ConfigureAwait(false);
                return;
            }
            else if (_next.IsCompleted)
            {
                if (_next.IsCompletedSuccessfully && await _next.ConfigureAwait(false) is TPart part)
                    Add(part);
                else
                    end = _next;
                _next = null;
            }
            else
            {
                await Task.WhenAny(_next, _ahead.TryPeek(out TPart? oldest) ? oldest.Answer : _next).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets go of what was read and not written: nobody will read its answers.</summary>
    public async Task AbandonAsync(Func<TPart, Task> abandon)
    {
        if (_next is Task<TPart?> next)
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next.IsCompletedSuccessfully && await next.ConfigureAwait(false) is TPart part)
                await abandon(part).ConfigureAwait(false);
        }
        foreach (TPart part in _ahead)
            await abandon(part).ConfigureAwait(false);
    }

    private void Add(TPart part)
    {
        _ahead.Enqueue(part);
        _bytesAhead += part.Bytes;
    }
}
