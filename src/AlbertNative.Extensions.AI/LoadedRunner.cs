namespace AlbertNative.Extensions.AI;

/// <summary>
/// A runner's task once it is loaded. A container disposes first what it made last, which would be the task before the
/// runner that waits to use it; this is made after both, and closes the queue while the task still works.
/// </summary>
internal sealed class LoadedRunner<TTask>(TTask task, AlbertRunner<TTask> runner) : IDisposable
    where TTask : TextTask
{
    public TTask Task { get; } = task;

    /// <summary>Refuses the runner's waiting and further calls.</summary>
    public void Dispose() => runner.Dispose();
}
