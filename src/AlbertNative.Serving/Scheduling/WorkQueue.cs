using System.Diagnostics;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>
/// All that was admitted and is not over. Everything in it is guarded by <see cref="Gate"/>, which is held for a moment only:
/// never while something is computed, encoded or finished.
/// </summary>
internal sealed class WorkQueue
{
    private readonly DeadlineWheel _deadlines;
    private readonly List<Timed> _due = [];
    private readonly ITimer _alarm;
    private long _alarmAt = long.MaxValue;
    private readonly bool _finishesInline;
    private double _streamTime;
    private int _awake;
    private Worker? _alone;
    private bool _stopped;

    /// <param name="options">What can be chosen.</param>
    /// <param name="time">The clock.</param>
    /// <param name="telemetry">Told what happens.</param>
    /// <param name="finishesInline">Whether results are finished where they come up, and not by the thread pool.</param>
    public WorkQueue(SchedulerOptions options, TimeProvider time, ServingTelemetry telemetry, bool finishesInline)
    {
        Options = options;
        Time = time;
        Telemetry = telemetry;
        _finishesInline = finishesInline;
        _deadlines = new DeadlineWheel(time);
        _alarm = time.CreateTimer(static queue => ((WorkQueue)queue!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        LastStep = time.GetTimestamp();
        if (options.IsElastic)
            SharedTeam = new ThreadTeam(options.MostThreads);
    }

    public object Gate { get; } = new();

    public SchedulerOptions Options { get; }

    /// <summary>All threads, for a worker that computes alone; null where each has its own and no others.</summary>
    public ThreadTeam? SharedTeam { get; }

    public TimeProvider Time { get; }

    public ServingTelemetry Telemetry { get; }

    /// <summary>Two of each model. A list, so that going through them, as each step does, allocates nothing.</summary>
    public List<WorkStream> Streams { get; } = [];

    /// <summary>Requests that are not over.</summary>
    public int Requests { get; private set; }

    /// <summary>Those of them whose traces are sampled.</summary>
    public int Traced { get; private set; }

    /// <summary>Their memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Work that does not count against what may wait (<see cref="ScheduledRequest.Beyond"/>), in ticks of processor time.</summary>
    public long Beyond { get; private set; }

    /// <summary>When a step was last finished, or work came up where there was none.</summary>
    public long LastStep { get; private set; }

    /// <summary>Completed when there is no request; made where somebody waits for it.</summary>
    public TaskCompletionSource? Empty { get; set; }

    /// <summary>The time that all admitted work takes, with all workers at it.</summary>
    public double BacklogSeconds(WorkLane? lane = null)
    {
        double seconds = 0;
        foreach (WorkStream stream in Streams)
        {
            if (lane is null || stream.Lane == lane)
                seconds += stream.BacklogSeconds;
        }
        return seconds / Options.WorkerCount;
    }

    public void Open(ModelWork work)
    {
        lock (Gate)
        {
            Streams.Add(work.Express);
            Streams.Add(work.Bulk);
        }
    }

    /// <summary>Lets go of a model whose requests are all over.</summary>
    public void Close(ModelWork work)
    {
        lock (Gate)
        {
            work.IsClosed = true;
            Streams.Remove(work.Express);
            Streams.Remove(work.Bulk);
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>Takes a request in. Under the gate.</summary>
    public void Enter(ScheduledRequest request)
    {
        WorkStream stream = request.Stream;
        if (stream.Requests == 0)
            stream.Start = Math.Max(stream.Start, _streamTime);
        if (Requests == 0)
            LastStep = Time.GetTimestamp();
        stream.Requests++;
        stream.Backlog += request.Cost * stream.Work.Layers;
        stream.Bytes += request.Bytes;
        stream.Tokens += request.Tokens;
        Requests++;
        if (request.Trace is not null)
            Traced++;
        Bytes += request.Bytes;
        Beyond += request.Beyond;
        request.Waiting = request.Unfinished = request.Cost;
        request.Client.Held += request.Held;
        request.Client.Running++;
        stream.Enter(request);
        _deadlines.Enter(request);
        if (_deadlines.TurnOf(request) is long turn && turn < _alarmAt)
            SetAlarm(turn);
        // Who has the threads of all looks for more when its step is over.
        if (_alone is null)
            Monitor.Pulse(Gate);
    }

    /// <summary>
    /// Decides how a worker that has chosen takes its step: with the threads of all, or with its own beside others, of which one is
    /// woken for what it leaves. Steps beside each other do more; but one of a long text takes its time, which a short one that comes
    /// would have to wait, and the less the more threads it has. So they are for short texts alone. Under the gate.
    /// </summary>
    /// <returns>True for the threads of all, which are its own until it decides otherwise or waits.</returns>
    public bool TakesSharedTeam(Worker worker)
    {
        bool isWaiting = false, isShort = true;
        foreach (WorkStream stream in Streams)
        {
            isWaiting |= stream.HasWaiting;
            isShort &= stream.Lane == WorkLane.Express || stream.Requests == 0;
        }
        if (isWaiting && (isShort || SharedTeam is null))
        {
            Monitor.Pulse(Gate);
            _alone = null;
            return false;
        }
        _alone = SharedTeam is not null && _awake <= 1 ? worker : null;
        return _alone is not null;
    }

    /// <summary>Counts a worker that begins. Each that has begun is awake but while it waits.</summary>
    public void Begin()
    {
        lock (Gate)
            _awake++;
    }

    /// <summary>Waits until a worker has something to do; false once the queue has been stopped.</summary>
    public bool WaitForWork(Worker worker)
    {
        lock (Gate)
        {
            while (!_stopped && !worker.HasWork(mayBegin: _alone is null || _alone == worker))
            {
                if (_alone == worker)
                    _alone = null;
                _awake--;
                Monitor.Wait(Gate);
                _awake++;
            }
            return !_stopped;
        }
    }

    /// <summary>A stream's turn has come. Under the gate.</summary>
    public void Chosen(WorkStream stream) => _streamTime = Math.Max(_streamTime, stream.Start);

    /// <summary>A stream has had so much of the workers' time. Under the gate.</summary>
    public void Computed(WorkStream stream, double seconds)
    {
        stream.Start += seconds / stream.Weight;
        LastStep = Time.GetTimestamp();
    }

    /// <summary>Has an input's result finished by a thread of the pool, which then goes on with whatever waits for it.</summary>
    public void Finish(ScheduledInput input)
    {
        if (_finishesInline)
            FinishNow(input);
        else
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Queue.FinishNow(work.Input), (Queue: this, Input: input), preferLocal: false);
    }

    /// <summary>Ends a request with a failure; nothing happens where it is over.</summary>
    public bool End(ScheduledRequest request, Exception failure)
    {
        lock (Gate)
        {
            if (!TryEnd(request))
                return false;
        }
        Fail(request, failure);
        return true;
    }

    /// <summary>Ends a request whose client has gone.</summary>
    public void Cancel(ScheduledRequest request, CancellationToken cancellationToken)
    {
        if (End(request, new OperationCanceledException(cancellationToken)))
            Telemetry.Cancelled(request.Stage);
    }

    /// <summary>Ends all requests whose deadline has passed.</summary>
    public void Expire()
    {
        List<ScheduledRequest>? ended = null;
        lock (Gate)
        {
            _deadlines.Turn(Time.GetTimestamp(), _due);
            foreach (Timed timed in _due)
            {
                ScheduledRequest request = (ScheduledRequest)timed;
                if (TryEnd(request))
                    (ended ??= []).Add(request);
            }
            _due.Clear();
            _alarmAt = long.MaxValue;
            if (_deadlines.NextTurn() is long turn)
                SetAlarm(turn);
        }
        foreach (ScheduledRequest request in ended ?? [])
        {
            Fail(request, new DeadlineExceededException(request.Stage));
            Telemetry.Expired(request.Stage);
        }
    }

    /// <summary>Ends all requests that are left.</summary>
    public void EndAll(Func<Exception> failure)
    {
        List<ScheduledRequest> left = [];
        lock (Gate)
        {
            _deadlines.TakeAll(_due);
            foreach (Timed timed in _due)
            {
                ScheduledRequest request = (ScheduledRequest)timed;
                if (TryEnd(request))
                    left.Add(request);
            }
            _due.Clear();
        }
        foreach (ScheduledRequest request in left)
            Fail(request, failure());
    }

    /// <summary>Looks for passed deadlines no more.</summary>
    public ValueTask StopAlarmAsync() => _alarm.DisposeAsync();

    /// <summary>Ends the workers.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            _stopped = true;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>
    /// Looks for passed deadlines at a time, and before it not again. Most requests are over long before theirs, and one alarm, at the
    /// earliest, serves any number: to wake a thread with every tick would cost more than a short request. Under the gate.
    /// </summary>
    private void SetAlarm(long turn)
    {
        _alarmAt = turn;
        TimeSpan left = Time.GetElapsedTime(Time.GetTimestamp(), turn);
        // Timers count whole milliseconds: one more, so as not to look just before it.
        _alarm.Change((left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void FinishNow(ScheduledInput input)
    {
        ScheduledRequest request = input.Request;
        if (request.IsOver)
        {
            input.Abandon();
            return;
        }
        try
        {
            input.Finish();
        }
        catch (Exception failure)
        {
            End(request, failure);
            return;
        }
        lock (Gate)
        {
            if (request.IsOver)
                return;
            GiveBack(request, input.Index);
            if (!request.InputFinished() || !TryEnd(request))
                return;
        }
        long now = Time.GetTimestamp();
        request.Release?.Invoke();
        ServingSpans.Ended(request, Time, now, failure: null);
        request.Succeed(now);
    }

    private void Fail(ScheduledRequest request, Exception failure)
    {
        request.Release?.Invoke();
        if (request.Trace is not null)
            ServingSpans.Ended(request, Time, Time.GetTimestamp(), failure);
        request.Fail(failure);
    }

    /// <summary>The client no longer holds what an input took.</summary>
    private void GiveBack(ScheduledRequest request, int input)
    {
        long cost = 0;
        for (int s = 0; s < request.SequenceCountOf(input); s++)
            cost += request.Stream.Work.Cost.Of(request.LengthOf(input, s));
        double part = cost / (double)request.Unfinished;
        long given = (long)(request.Held * part), beyond = (long)(request.Beyond * part);
        request.Unfinished -= cost;
        request.Held -= given;
        request.Client.Held -= given;
        request.Beyond -= beyond;
        Beyond -= beyond;
    }

    private bool TryEnd(ScheduledRequest request)
    {
        if (!request.TryEnd())
            return false;
        WorkStream stream = request.Stream;
        stream.Leave(request);
        stream.Backlog -= request.Waiting * stream.Work.Layers;
        request.Waiting = 0;
        stream.Requests--;
        stream.Bytes -= request.Bytes;
        stream.Tokens -= request.Tokens;
        Requests--;
        if (request.Trace is not null)
            Traced--;
        Bytes -= request.Bytes;
        request.Client.Held -= request.Held;
        request.Held = 0;
        Beyond -= request.Beyond;
        request.Beyond = 0;
        request.Client.Running--;
        _deadlines.Leave(request);
        request.Cancellation.Unregister();
        Debug.Assert(Requests >= 0 && Bytes >= 0 && Beyond >= 0 && request.Client.Held >= 0 && request.Client.Running >= 0, "something was given back twice");
        if (Requests == 0)
            Empty?.TrySetResult();
        return true;
    }
}
