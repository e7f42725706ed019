namespace AlbertNative.Extensions.AI.Telemetry;

/// <summary>What one call took, counted as its batches go through the model, on whichever threads it spreads.</summary>
internal sealed class CallUsage
{
    private static readonly AsyncLocal<CallUsage?> Current = new();

    private long _inputs;
    private long _tokens;

    public long Inputs => Interlocked.Read(ref _inputs);

    public long Tokens => Interlocked.Read(ref _tokens);

    /// <summary>Has a task's batches counted with the call that they belong to; asking again changes nothing.</summary>
    public static void CountBatchesOf(TextTask task)
    {
        task.BatchCompleted -= Count;
        task.BatchCompleted += Count;
    }

    /// <summary>Runs a call whose batches are counted here.</summary>
    public TResult During<TResult>(Func<TResult> call)
    {
        Current.Value = this;
        try
        {
            return call();
        }
        finally
        {
            Current.Value = null;
        }
    }

    private static void Count(BatchUsage batch)
    {
        if (Current.Value is not { } call)
            return;
        Interlocked.Add(ref call._inputs, batch.Inputs);
        Interlocked.Add(ref call._tokens, batch.Tokens);
    }
}
