using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// The calls of one model: as many teams work beside each other as the machine has cores for; calls beyond that wait in
/// their order, and those that wait when a team is free go through the model together, up to a number of tokens. Nobody
/// waits for company. A synchronous caller blocks its own thread, which then runs a pass; an asynchronous one blocks none.
/// </summary>
internal sealed class PassQueue : IDisposable
{
    /// <summary>Tokens in one pass for several callers: with half as many the products are as fast already.</summary>
    private const int MergedTokens = 512;

    private readonly Lock _gate = new();
    private readonly int _teamSize;
    private readonly int _capacity;
    private readonly Func<Pass> _createPass;
    private readonly Action _release;
    private readonly Stack<PassLane> _idle = new();
    private readonly List<HeadCall> _waiting = [];
    private readonly Func<HeadCall, bool> _leave;
    private readonly Action<object?> _cancelled;
    private int _created;
    private int _running;
    private bool _disposed;
    private bool _released;

    /// <param name="teamSize">Threads of one pass.</param>
    /// <param name="createPass">Makes the memory of passes.</param>
    /// <param name="release">Called once, after disposal, when the last call is over.</param>
    public PassQueue(int teamSize, Func<Pass> createPass, Action release)
    {
        _teamSize = teamSize;
        _capacity = Math.Max(1, ProcessorInfo.PhysicalCores / teamSize);
        _createPass = createPass;
        _release = release;
        _leave = Leave;
        _cancelled = call =>
        {
            HeadCall cancelled = (HeadCall)call!;
            if (Leave(cancelled))
                cancelled.Complete(new OperationCanceledException(cancelled.CancellationToken));
        };
    }

    /// <summary>The number of threads of one pass.</summary>
    public int TeamSize => _teamSize;

    /// <summary>The number of calls that wait for a team.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>Computes a call, with others that wait.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public void Run(HeadCall call)
    {
        call.CancellationToken.ThrowIfCancellationRequested();
        PassLane? lane = Enter(call) ?? call.Wait(_leave);
        if (lane is not null)
            Lead(lane);
        call.ThrowIfFailed();
    }

    /// <summary>As <see cref="Run"/>, without a thread that waits.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ValueTask RunAsync(HeadCall call)
    {
        call.CancellationToken.ThrowIfCancellationRequested();
        ValueTask task = call.BeginTask(_cancelled);
        PassLane? lane;
        try
        {
            lane = Enter(call);
        }
        catch
        {
            call.AbandonTask();
            throw;
        }
        if (lane is not null)
            ThreadPool.UnsafeQueueUserWorkItem(lane, preferLocal: false);
        return task;
    }

    /// <summary>Runs a lane's pass, ends its calls, and gives the lane to those that wait.</summary>
    public void Lead(PassLane lane)
    {
        Exception? failure = lane.Run();
        List<HeadCall> calls = lane.Pass.Calls;
        int count = calls.Count;
        bool shared = count > 1;
        foreach (HeadCall call in calls)
        {
            // A pass that is others' too goes on when one of them cancels.
            bool cancelled = shared && failure is null && call.CancellationToken.IsCancellationRequested;
            call.Complete(cancelled ? new OperationCanceledException(call.CancellationToken) : failure);
        }
        lane.Pass.Release();
        lock (_gate)
        {
            _running -= count;
            Next(lane);
            ReleaseIfOver();
        }
    }

    /// <summary>Keeps what calls read until <see cref="LetGo"/>, as a call that is running does.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Hold()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(PreTrainedModel));
            _running++;
        }
    }

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            _running--;
            ReleaseIfOver();
        }
    }

    /// <summary>Ends the teams once all calls are over; further ones are refused.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out PassLane? lane))
                lane.Dispose();
            ReleaseIfOver();
        }
    }

    /// <summary>A free lane for a call, or null where the call has to wait.</summary>
    private PassLane? Enter(HeadCall call)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(PreTrainedModel));
            if (!_idle.TryPop(out PassLane? lane) && _created < _capacity)
            {
                // Counted only when its threads have started.
                lane = new PassLane(this, new ThreadTeam(_teamSize), _createPass());
                _created++;
            }
            _running++;
            if (lane is null)
                _waiting.Add(call);
            else
                lane.Pass.Calls.Add(call);
            return lane;
        }
    }

    /// <summary>Gives a free lane to the calls that wait; the thread of the first that has one runs their pass.</summary>
    private void Next(PassLane lane)
    {
        if (_waiting.Count == 0)
        {
            if (_disposed)
                lane.Dispose();
            else
                _idle.Push(lane);
            return;
        }
        int count = 1, tokens = _waiting[0].Batch.TokenCount;
        while (_waiting[0].CanShareAPass && count < _waiting.Count && _waiting[count].CanShareAPass
            && (tokens += _waiting[count].Batch.TokenCount) <= MergedTokens)
        {
            count++;
        }
        HeadCall? leader = null;
        for (int i = 0; i < count; i++)
        {
            lane.Pass.Calls.Add(_waiting[i]);
            if (leader is null && !_waiting[i].IsAsynchronous)
                leader = _waiting[i];
        }
        _waiting.RemoveRange(0, count);
        if (leader is not null)
            leader.Lead(lane);
        else
            ThreadPool.UnsafeQueueUserWorkItem(lane, preferLocal: false);
    }

    /// <summary>Takes a call out of the queue; false where its turn has come.</summary>
    private bool Leave(HeadCall call)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(call))
                return false;
            _running--;
            ReleaseIfOver();
            return true;
        }
    }

    private void ReleaseIfOver()
    {
        if (!_disposed || _running > 0 || _released)
            return;
        _released = true;
        _release();
    }
}
