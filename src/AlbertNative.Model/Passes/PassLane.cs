using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>A team of threads with the memory of its passes: one pass at a time.</summary>
internal sealed class PassLane(PassQueue queue, ThreadTeam team, Pass pass) : IThreadPoolWorkItem, IDisposable
{
    public Pass Pass { get; } = pass;

    /// <summary>Runs the pass for its calls, the calling thread being one of the team. Never throws: failures are the calls'.</summary>
    public Exception? Run()
    {
        try
        {
            Pass.Prepare(team.Size);
            team.Run(Pass, Pass.Calls.Count == 1 ? Pass.Calls[0].CancellationToken : default);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>For calls that nobody's thread waits for.</summary>
    void IThreadPoolWorkItem.Execute() => queue.Lead(this);

    public void Dispose() => team.Dispose();
}
