using System.Runtime.InteropServices;

namespace AlbertNative.Tensors.Threading;

/// <summary>
/// A caller and its persistent helper threads, which run one <see cref="TeamProgram"/> together without allocating.
/// The caller starts at once and never waits for a helper that has not woken yet.
/// </summary>
public sealed class ThreadTeam : IDisposable
{
    private readonly TeamThread[] _threads;
    private readonly Helper[] _helpers;
    private Counters _counters;
    private CancellationToken _cancellation;
    private volatile Exception? _failure;
    private volatile bool _stopped;

    /// <summary>Makes a team of <paramref name="size"/> threads, the caller of <see cref="Run"/> being one of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1.</exception>
    public ThreadTeam(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        _threads = new TeamThread[size];
        for (int i = 0; i < size; i++)
            _threads[i] = new TeamThread(this, i);
        _helpers = StartHelpers();
    }

    /// <summary>The number of threads, the caller included.</summary>
    public int Size { get; }

    /// <summary>Starts all helpers, or none where the system refuses one.</summary>
    private Helper[] StartHelpers()
    {
        List<Helper> helpers = [];
        try
        {
            for (int i = 1; i < Size; i++)
                helpers.Add(new Helper(this, _threads[i]));
            return [.. helpers];
        }
        catch
        {
            foreach (Helper helper in helpers)
                helper.Dispose();
            throw;
        }
    }

    /// <summary>Runs a program on all threads and returns when it is finished. One call at a time.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was signalled; checked at every step.</exception>
    public void Run(TeamProgram program, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(program);
        _cancellation = cancellationToken;
        _failure = null;
        _stopped = false;
        _counters = default;
        foreach (Helper helper in _helpers)
            helper.Start(program);
        try
        {
            RunOn(_threads[0], program);
        }
        finally
        {
            foreach (Helper helper in _helpers)
                helper.Finish();
            // Kernels go by addresses: the matrices and weights that they point to are kept by their program, and it by this.
            GC.KeepAlive(program);
        }
        Exception? failure = _failure;
        // Nothing of the caller's outlives its call.
        (_cancellation, _failure) = (default, null);
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Ends the helper threads. No program may be running.</summary>
    public void Dispose()
    {
        foreach (Helper helper in _helpers)
            helper.Dispose();
    }

    internal void RunOn(TeamThread thread, TeamProgram program)
    {
        thread.Begin();
        try
        {
            program.Run(thread);
        }
        catch (Exception exception)
        {
            // The first failure is the cause; those that follow are threads leaving because of it.
            Interlocked.CompareExchange(ref _failure, exception, null);
            _stopped = true;
        }
    }

    internal void ThrowIfStopped()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_stopped)
            throw new OperationCanceledException();
    }

    internal long NextClaim() => Interlocked.Increment(ref _counters.Claimed) - 1;

    internal void TileDone() => Interlocked.Increment(ref _counters.Done);

    internal void WaitUntilDone(long end)
    {
        for (int spins = 0; Volatile.Read(ref _counters.Done) < end; spins++)
        {
            if (_stopped)
                throw new OperationCanceledException();
            // The others are in their last tile. Give the processor away only where that takes unusually long: they
            // may be waiting for it.
            if (spins < 4000)
                Thread.SpinWait(8);
            else
                Thread.Yield();
        }
    }

    /// <summary>The two counters that all threads write, each on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counters
    {
        [FieldOffset(128)]
        public long Claimed;

        [FieldOffset(256)]
        public long Done;
    }
}
