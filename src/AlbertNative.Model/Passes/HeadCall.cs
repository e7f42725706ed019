using System.Threading.Tasks.Sources;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// One call of a head: its sequences, the rows that it needs, the head's scratch memory, and how its caller waits. It
/// belongs to one caller at a time and goes back to its head afterwards.
/// </summary>
internal abstract class HeadCall : IValueTaskSource
{
    /// <summary>Rows of <see cref="ShapeStates"/> whose memory stays with the call for the next one.</summary>
    private const int MostKeptStates = 4096;

    private static readonly TokenBatch NoTokens = new();

    private MatrixBuffer _states = new();
    private int[] _rows = [];
    private int _rowCount;
    private ManualResetValueTaskSourceCore<bool> _task = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private PassLane? _lane;
    private bool _done;
    private Exception? _failure;

    /// <summary>The sequences; not to be changed before the call is over.</summary>
    public TokenBatch Batch { get; private set; } = NoTokens;

    /// <summary>Where every layer's output is kept, [layers + 1] of [tokens, hidden]; null for nowhere.</summary>
    public Matrix[]? HiddenStates { get; set; }

    /// <summary>True where the head needs every token's last hidden state.</summary>
    public bool TakesAllRows => _rowCount == 0;

    /// <summary>The rows of the batch that the head needs, ascending, where it does not need all.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _rowCount);

    /// <summary>The number of rows that the head gets.</summary>
    public int StateCount => TakesAllRows ? Batch.TokenCount : _rowCount;

    /// <summary>Where the call's rows begin among those of its pass.</summary>
    public int FirstState { get; set; }

    /// <summary>Stops the call: where it waits, or where it is alone in its pass, at the next step; else when the pass is over.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>True where nobody's thread waits for the end.</summary>
    public bool IsAsynchronous { get; private set; }

    /// <summary>Hidden states of all layers are kept for one caller at a time.</summary>
    public bool CanShareAPass => HiddenStates is null;

    /// <summary>Computes the head, as one of the team's threads.</summary>
    /// <param name="thread">The calling thread's place in its team.</param>
    /// <param name="states">The call's rows of the last hidden state, [<see cref="StateCount"/>, hidden].</param>
    public abstract void Run(TeamThread thread, Matrix states);

    /// <summary>Sets what the call is about.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="rows">The rows that the head needs, ascending; empty for all.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public void Begin(TokenBatch batch, ReadOnlySpan<int> rows, CancellationToken cancellationToken)
    {
        Batch = batch;
        CancellationToken = cancellationToken;
        _rowCount = rows.Length;
        if (_rows.Length < _rowCount)
            _rows = new int[2 * _rowCount];
        rows.CopyTo(_rows);
        _done = false;
        _failure = null;
        IsAsynchronous = false;
    }

    /// <summary>The call's task; its result may be taken once.</summary>
    /// <param name="cancelled">What happens when the caller cancels.</param>
    public ValueTask BeginTask(Action<object?> cancelled)
    {
        IsAsynchronous = true;
        _task.Reset();
        _registration = CancellationToken.UnsafeRegister(cancelled, this);
        return new ValueTask(this, _task.Version);
    }

    /// <summary>No longer listens to the caller's cancelling: the task is over, or refused before anybody has it.</summary>
    public void AbandonTask()
    {
        _registration.Dispose();
        _registration = default;
    }

    /// <summary>Waits until the call is done, null, or its caller's thread is to run a pass for it and others.</summary>
    /// <param name="leave">Asked for when the caller cancels: takes the call out of the queue, or fails where its turn has come.</param>
    /// <exception cref="OperationCanceledException">The caller has left the queue.</exception>
    public PassLane? Wait(Func<HeadCall, bool> leave)
    {
        using CancellationTokenRegistration _ = CancellationToken.UnsafeRegister(static call => ((HeadCall)call!).Wake(), this);
        while (true)
        {
            lock (this)
            {
                if (_done || _lane is not null)
                {
                    PassLane? lane = _lane;
                    _lane = null;
                    return lane;
                }
                if (!CancellationToken.IsCancellationRequested)
                {
                    Monitor.Wait(this);
                    continue;
                }
            }
            if (leave(this))
                throw new OperationCanceledException(CancellationToken);
            // Its turn has come meanwhile: whoever runs its pass reads its batch and writes its output until the end.
            lock (this)
            {
                while (!_done && _lane is null)
                    Monitor.Wait(this);
            }
        }
    }

    /// <summary>Makes the caller's thread run the pass of a lane.</summary>
    public void Lead(PassLane lane)
    {
        lock (this)
        {
            _lane = lane;
            Monitor.PulseAll(this);
        }
    }

    /// <summary>Ends the call. Its caller may use it again at once.</summary>
    /// <param name="failure">Why there is no result; null where there is one.</param>
    public void Complete(Exception? failure)
    {
        if (IsAsynchronous)
        {
            if (failure is null)
                _task.SetResult(true);
            else
                _task.SetException(failure);
            return;
        }
        lock (this)
        {
            _failure = failure;
            _done = true;
            Monitor.PulseAll(this);
        }
    }

    /// <summary>Throws what ended the call.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
    }

    /// <summary>
    /// Memory for the rows that the head gets, [<see cref="StateCount"/>, hidden], where its sequences do not go through the
    /// encoder at the same time.
    /// </summary>
    public Matrix ShapeStates(int hiddenSize) => _states.Shape(StateCount, hiddenSize);

    /// <summary>Lets go of the caller's objects.</summary>
    public virtual void Release()
    {
        if (StateCount > MostKeptStates)
            _states = new MatrixBuffer();
        Batch = NoTokens;
        HiddenStates = null;
        CancellationToken = default;
        _failure = null;
    }

    void IValueTaskSource.GetResult(short token)
    {
        AbandonTask();
        try
        {
            _task.GetResult(token);
        }
        finally
        {
            // Forgets the failure, and the caller's continuation with all that it holds.
            _task.Reset();
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _task.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _task.OnCompleted(continuation, state, token, flags);

    /// <summary>Gives the call back to its head.</summary>
    public abstract void Return();

    private void Wake()
    {
        lock (this)
            Monitor.PulseAll(this);
    }
}
