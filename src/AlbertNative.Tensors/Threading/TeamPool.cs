namespace AlbertNative.Tensors.Threading;

/// <summary>
/// The teams that one model's calls run on: as many as fit on the machine beside each other, lent out first come, first
/// served. Callers beyond that wait, so that many of them get the throughput of one and none starves.
/// </summary>
public sealed class TeamPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<ThreadTeam> _idle = new();
    private readonly Queue<Waiter> _waiting = new();
    private readonly Stack<Waiter> _spareWaiters = new();
    private readonly int _teamSize;
    private readonly int _capacity;
    private int _created;
    private bool _disposed;

    /// <summary>Makes a pool of teams of <paramref name="threads"/> threads each; threads start when first needed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public TeamPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _teamSize = threads;
        _capacity = Math.Max(1, ProcessorInfo.PhysicalCores / threads);
    }

    /// <summary>The number of threads in each team.</summary>
    public int TeamSize => _teamSize;

    /// <summary>Runs a program on the next free team.</summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was signalled; checked while waiting and at every step.</exception>
    public void Run(TeamProgram program, CancellationToken cancellationToken = default)
    {
        ThreadTeam team = Rent(cancellationToken);
        try
        {
            team.Run(program, cancellationToken);
        }
        finally
        {
            Return(team);
        }
    }

    /// <summary>Ends the idle teams; those at work end when they are done.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out ThreadTeam? team))
                team.Dispose();
        }
    }

    private ThreadTeam Rent(CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idle.TryPop(out ThreadTeam? idle))
                return idle;
            if (_created < _capacity)
            {
                _created++;
                return new ThreadTeam(_teamSize);
            }
            if (!_spareWaiters.TryPop(out waiter!))
                waiter = new Waiter();
            _waiting.Enqueue(waiter);
        }
        ThreadTeam? team;
        using (cancellationToken.UnsafeRegister(static waiter => ((Waiter)waiter!).Wake(), waiter))
            team = waiter.Wait(cancellationToken);
        if (team is null)
            throw new OperationCanceledException(cancellationToken);
        lock (_gate)
            _spareWaiters.Push(waiter);
        return team;
    }

    private void Return(ThreadTeam team)
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out Waiter? next))
            {
                if (next.TryGive(team))
                    return;
            }
            if (_disposed)
                team.Dispose();
            else
                _idle.Push(team);
        }
    }

    /// <summary>A caller's place in the queue.</summary>
    private sealed class Waiter
    {
        private ThreadTeam? _team;
        private bool _left;

        /// <summary>The team that this caller was given, or null where it gave up its place.</summary>
        public ThreadTeam? Wait(CancellationToken cancellationToken)
        {
            lock (this)
            {
                while (_team is null && !cancellationToken.IsCancellationRequested)
                    Monitor.Wait(this);
                ThreadTeam? team = _team;
                _team = null;
                _left = team is null;
                return team;
            }
        }

        /// <summary>Makes the caller look at its cancellation.</summary>
        public void Wake()
        {
            lock (this)
                Monitor.Pulse(this);
        }

        /// <summary>Hands over a team, unless the caller has left.</summary>
        public bool TryGive(ThreadTeam team)
        {
            lock (this)
            {
                if (_left)
                    return false;
                _team = team;
                Monitor.Pulse(this);
                return true;
            }
        }
    }
}
