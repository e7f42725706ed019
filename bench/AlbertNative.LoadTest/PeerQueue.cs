namespace AlbertNative.LoadTest;

/// <summary>How a peer puts batches together.</summary>
internal enum PeerBatching
{
    /// <summary>As text-embeddings-inference does on processors: in order, at most 8 texts, padded, one batch at a time, all cores.</summary>
    P1,

    /// <summary>As most people write it: a run for each text, as many at once as there are cores, one thread each.</summary>
    P2,

    /// <summary>
    /// As well as it can be done with padding: of all that wait, those of nearly the same length as the oldest, at most 10 % of
    /// padding and 256 tokens; short texts first, but for each fifth batch; as many sessions of one thread as there are cores.
    /// </summary>
    P3,
}

/// <summary>Texts that wait for ONNX Runtime, and the threads that run it.</summary>
internal sealed class PeerQueue : IDisposable
{
    private const int MostTexts = 8, StepTokens = 256, ExpressTokens = 64, BulkEvery = 5;
    private const double MostPadding = 0.1;

    private readonly PeerBatching _batching;
    private readonly List<Waiting> _waiting = [];
    private readonly List<Thread> _threads = [];
    private readonly object _gate = new();
    private int _batches;
    private bool _isOver;

    public PeerQueue(PeerBatching batching, string file)
    {
        _batching = batching;
        int cores = Environment.ProcessorCount, sessions = batching == PeerBatching.P1 ? 1 : cores;
        for (int i = 0; i < sessions; i++)
        {
            PaddedBatch session = new(file, cores / sessions);
            Thread thread = new(() => Work(session)) { IsBackground = true, Name = $"ONNX Runtime {i}" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>The vector of a text.</summary>
    public Task<float[]> EmbedAsync(int[] ids)
    {
        Waiting text = new(ids, new TaskCompletionSource<float[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(text);
            Monitor.Pulse(_gate);
        }
        return text.Completion.Task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            Monitor.PulseAll(_gate);
        }
        _threads.ForEach(thread => thread.Join());
    }

    private void Work(PaddedBatch session)
    {
        using (session)
        {
            while (Take() is { Count: > 0 } batch)
            {
                try
                {
                    float[][] vectors = session.Embed([.. batch.Select(text => text.Ids)]);
                    for (int i = 0; i < batch.Count; i++)
                        batch[i].Completion.SetResult(vectors[i]);
                }
                catch (Exception e)
                {
                    batch.ForEach(text => text.Completion.TrySetException(e));
                }
            }
        }
    }

    private List<Waiting> Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isOver)
                Monitor.Wait(_gate);
            if (_isOver)
                return [];
            List<Waiting> batch = _batching switch
            {
                PeerBatching.P1 => _waiting.GetRange(0, Math.Min(MostTexts, _waiting.Count)),
                PeerBatching.P2 => [_waiting[0]],
                _ => OfOneLength(),
            };
            batch.ForEach(text => _waiting.Remove(text));
            if (_waiting.Count > 0)
                Monitor.Pulse(_gate);
            return batch;
        }
    }

    private List<Waiting> OfOneLength()
    {
        bool bulkFirst = _batches++ % BulkEvery == 0;
        Waiting first = _waiting.Find(text => text.Ids.Length > ExpressTokens == bulkFirst) ?? _waiting[0];
        List<Waiting> batch = [first];
        int longest = first.Ids.Length, tokens = first.Ids.Length;
        foreach (Waiting text in _waiting.Where(text => text != first).OrderBy(text => Math.Abs(text.Ids.Length - first.Ids.Length)))
        {
            int wider = Math.Max(longest, text.Ids.Length), rectangle = wider * (batch.Count + 1);
            if (rectangle > StepTokens || rectangle - (tokens + text.Ids.Length) > MostPadding * rectangle)
                break;
            batch.Add(text);
            (longest, tokens) = (wider, tokens + text.Ids.Length);
        }
        return batch;
    }

    private sealed record Waiting(int[] Ids, TaskCompletionSource<float[]> Completion);
}
