using System.Diagnostics;
using AlbertNative.Model;
using AlbertNative.Serving;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Serving;

/// <summary>A clock that goes on only when one thread tells it to; any thread may read it.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private readonly List<Alarm> _alarms = [];
    private long _ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public double Seconds => GetTimestamp() / (double)TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public void Advance(double seconds) => Interlocked.Add(ref _ticks, Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond)));

    /// <summary>Nothing happens by itself: whoever simulates lets ring what is due.</summary>
    /// <returns>How many alarms rang.</returns>
    public int Ring()
    {
        Alarm[] due;
        lock (_alarms)
            due = [.. _alarms.Where(alarm => alarm.Due <= GetTimestamp())];
        foreach (Alarm alarm in due)
            alarm.Ring();
        return due.Length;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Alarm alarm = new(this, () => callback(state));
        alarm.Change(dueTime, period);
        lock (_alarms)
            _alarms.Add(alarm);
        return alarm;
    }

    /// <summary>A timer that rings once.</summary>
    private sealed class Alarm(SimulatedClock clock, Action callback) : ITimer
    {
        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock.GetTimestamp() + dueTime.Ticks;
            return true;
        }

        public void Ring()
        {
            Due = long.MaxValue;
            callback();
        }

        public void Dispose()
        {
            lock (clock._alarms)
                clock._alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A request without a model: it knows the lengths of its sequences, and how often and how it has ended.</summary>
internal sealed class SimulatedRequest(SimulatedClock clock, int[][] lengths) : ScheduledRequest
{
    public List<int> Finished { get; } = [];

    public int Outcomes { get; private set; }

    public Exception? Failure { get; private set; }

    public bool Succeeded => Outcomes == 1 && Failure is null;

    public double AdmittedAt { get; } = clock.Seconds;

    public double EndedAt { get; private set; }

    /// <summary>When it had its last result.</summary>
    public long Ended { get; private set; }

    /// <summary>A step with an input of this request in it fails.</summary>
    public bool IsPoison { get; init; }

    public override int InputCount => lengths.Length;

    public override int SequenceCountOf(int input) => lengths[input].Length;

    public override int LengthOf(int input, int sequence) => lengths[input][sequence];

    public override void Succeed(long ended)
    {
        Ended = ended;
        EndAt(null);
    }

    public override void Fail(Exception failure) => EndAt(failure);

    protected override ScheduledInput CreateInput(int index) => new SimulatedInput(this, index);

    private void EndAt(Exception? failure)
    {
        Outcomes++;
        Failure = failure;
        EndedAt = clock.Seconds;
    }

    internal sealed class SimulatedInput(SimulatedRequest request, int index) : ScheduledInput(request, index)
    {
        public bool IsPoison => request.IsPoison;

        /// <summary>Its sequences that came through the last layer.</summary>
        public HashSet<int> Through { get; } = [];

        public bool IsPrepared { get; private set; }

        public override PreparedCall? Call => null;

        public override void Prepare()
        {
            IsPrepared = true;
            Through.Clear();
        }

        public override void Finish()
        {
            if (request.SequenceCountOf(Index) == Through.Count)
                request.Finished.Add(Index);
        }

        public override void Abandon() => IsPrepared = false;
    }
}

/// <summary>Layers that take the time which the cost model says, and nothing else.</summary>
internal sealed class SimulatedStepper(Simulation simulation, ModelWork work, bool mixesDepths) : IStepper
{
    private readonly List<(SimulatedRequest.SimulatedInput Input, int Sequence, int Length, int Depth)> _inside = [];
    private readonly List<ScheduledInput> _through = [];

    public bool CanJoin => mixesDepths || _inside.Count == 0 || _inside[0].Depth == 0;

    public IReadOnlyList<ScheduledInput> Through => _through;

    public void Join(ScheduledInput input, int sequence)
    {
        SimulatedRequest.SimulatedInput simulated = (SimulatedRequest.SimulatedInput)input;
        simulation.Require(CanJoin && simulated.IsPrepared, "joined too late, or without its call");
        simulation.Require(!_inside.Any(entry => entry.Input == simulated && entry.Sequence == sequence), "a sequence joined twice");
        _inside.Add((simulated, sequence, input.Request.LengthOf(input.Index, sequence), 0));
    }

    public void Remove(ScheduledInput input) => _inside.RemoveAll(entry => entry.Input == input);

    public void Clear() => _inside.Clear();

    public void Step(ThreadTeam team)
    {
        _through.Clear();
        simulation.Require(_inside.Count > 0, "a step of nothing");
        simulation.Require(_inside.Sum(entry => entry.Length) <= simulation.Options.StepTokens || _inside.Count == 1, "more than a step's tokens");
        double cost = CostModel.StepTokens + _inside.Sum(entry => work.Cost.Of(entry.Length));
        simulation.Clock.Advance(cost / (simulation.TrueRate * work.Layers));
        simulation.Stepping();
        simulation.Stepped(_inside.Select(entry => (SimulatedRequest)entry.Input.Request), _inside.Select(entry => entry.Length));
        if (_inside.Any(entry => entry.Input.IsPoison))
        {
            _inside.Clear();
            throw new InvalidDataException("poison");
        }
        for (int i = _inside.Count - 1; i >= 0; i--)
        {
            (SimulatedRequest.SimulatedInput input, int sequence, int length, int depth) = _inside[i];
            _inside[i] = (input, sequence, length, depth + 1);
            if (depth + 1 < work.Layers)
                continue;
            _inside.RemoveAt(i);
            simulation.Require(input.Through.Add(sequence), "a sequence came through twice");
            if (input.Through.Count == input.Request.SequenceCountOf(input.Index))
                _through.Add(input);
        }
    }

    public void RunHead(ThreadTeam team, ScheduledInput input)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>A scheduler in simulated time, one thread, no model: what happens depends on the seed alone.</summary>
internal sealed class Simulation
{
    private readonly List<Worker> _workers = [];
    private readonly List<ModelWork> _replaced = [];
    private readonly Func<string, ModelWork> _open;
    private int _turn;

    public Simulation(SchedulerOptions options, int layers = 12, double trueRate = 2000, bool mixesDepths = true, int models = 1)
    {
        Options = options with { Threads = 1, Workers = options.Workers ?? 1 };
        TrueRate = trueRate;
        Scheduler = InferenceScheduler.CreateDriven(Options, Clock);
        _open = name =>
        {
            ModelWork? work = null;
            work = new ModelWork(
                name, layers, 768, new CostModel(768, 3072, trueRate), options.ExpressShare,
                () =>
                {
                    CreatingStepper();
                    return new SimulatedStepper(this, work!, mixesDepths);
                });
            Scheduler.Queue.Open(work);
            return work;
        };
        for (int i = 0; i < models; i++)
            Models.Add(_open($"model {i}"));
        for (int i = 0; i < Options.WorkerCount; i++)
            _workers.Add(new Worker(Scheduler.Queue, i, threads: 1));
    }

    public SimulatedClock Clock { get; } = new();

    public SchedulerOptions Options { get; }

    public InferenceScheduler Scheduler { get; }

    public List<ModelWork> Models { get; } = [];

    public ModelWork Work => Models[0];

    public double TrueRate { get; }

    public List<SimulatedRequest> Requests { get; } = [];

    public List<string> Broken { get; } = [];

    /// <summary>Called before a stepper is made.</summary>
    public Action CreatingStepper { get; set; } = () => { };

    /// <summary>Called while a step is computed.</summary>
    public Action Stepping { get; set; } = () => { };

    /// <summary>Tokens, times layers, that were computed for each request.</summary>
    public Dictionary<SimulatedRequest, long> Computed { get; } = [];

    public static ServingClient Client(string name, double weight = 1) => new(new ClientOptions { Name = name, Weight = weight });

    /// <summary>Submits inputs of one sequence each.</summary>
    public (SimulatedRequest? Request, Refusal? Refusal) Submit(ServingClient client, params int[] lengths) =>
        Submit(new RequestTerms { Client = client }, [.. lengths.Select(length => new[] { length })]);

    public SimulatedRequest SubmitTraced(ServingClient client, Activity parent, int length, CancellationToken aborted = default) =>
        Submit(new RequestTerms { Client = client }, [[length]], aborted, parent: parent).Request!;

    public (SimulatedRequest? Request, Refusal? Refusal) Submit(
        RequestTerms terms, int[][] lengths, CancellationToken aborted = default, bool isPoison = false, int model = 0, Activity? parent = null)
    {
        ModelWork work = Models[model];
        int[] all = [.. lengths.SelectMany(input => input)];
        RequestSize size = new(all.Sum(), all.Max(), all.Sum(length => (long)work.Cost.Of(length)), all.Sum() * 48L);
        SimulatedRequest? request = null;
        Refusal? refusal = Scheduler.Admit(work, size, terms, (stream, held, deadline) => request = new SimulatedRequest(Clock, lengths)
        {
            Client = terms.Client,
            Stream = stream,
            Admitted = Clock.GetTimestamp(),
            Deadline = deadline,
            Cost = size.Cost,
            Tokens = size.Tokens,
            Bytes = size.Bytes,
            Held = held,
            IsPoison = isPoison,
            Trace = RequestTrace.Of(parent),
        });
        if (request is null)
            return (null, refusal);
        Requests.Add(request);
        Scheduler.Watch(request, aborted);
        return (request, null);
    }

    /// <summary>How often an alarm has rung.</summary>
    public int Rings { get; private set; }

    /// <summary>A worker that does nothing, whatever it holds; null for none.</summary>
    public int? Stalled { get; set; }

    /// <summary>Puts another model into a model's place, which is closed when its requests are over.</summary>
    public void Swap(int model)
    {
        _replaced.Add(Models[model]);
        Models[model] = _open(Models[model].Name);
    }

    /// <summary>One step of one worker; false where none has anything to do.</summary>
    public bool Step()
    {
        for (int i = 0; i < _workers.Count; i++)
        {
            int turn = _turn++ % _workers.Count;
            if (turn == Stalled || !_workers[turn].Step())
                continue;
            Rings += Clock.Ring();
            foreach (ModelWork over in _replaced.Where(work => !work.IsClosed && work.Express.Requests + work.Bulk.Requests == 0))
                Scheduler.Queue.Close(over);
            return true;
        }
        return false;
    }

    /// <summary>Works until a time; where there is nothing to do, time passes.</summary>
    public void RunUntil(double seconds)
    {
        while (Clock.Seconds < seconds)
        {
            if (Step())
                continue;
            Clock.Advance(Math.Min(0.005, Math.Max(1e-6, seconds - Clock.Seconds)));
            Rings += Clock.Ring();
        }
    }

    public void RunToTheEnd()
    {
        while (Step())
        {
        }
    }

    public void Stepped(IEnumerable<SimulatedRequest> requests, IEnumerable<int> lengths)
    {
        foreach ((SimulatedRequest request, int length) in requests.Zip(lengths))
            Computed[request] = Computed.GetValueOrDefault(request) + length;
    }

    /// <summary>Says later what was broken: what a stepper throws is a failing step.</summary>
    public void Require(bool holds, string what)
    {
        if (!holds)
            Broken.Add(what);
    }

    /// <summary>Everything that was counted is given back, and every request has ended once.</summary>
    public void AssertNothingIsLeft()
    {
        Assert.Empty(Broken);
        SchedulerLoad load = Scheduler.Load;
        Assert.Equal((0, 0, 0L, 0L, 0.0), (load.Requests, load.Sequences, load.Tokens, load.Bytes, load.WaitSeconds));
        foreach (ModelWork work in Models)
        {
            foreach (WorkStream stream in (WorkStream[])[work.Express, work.Bulk])
                Assert.Equal((0, 0, 0L, 0L, false), (stream.Requests, stream.Running, stream.Backlog, stream.Bytes, stream.HasWaiting));
        }
        foreach (SimulatedRequest request in Requests)
        {
            Assert.Equal(1, request.Outcomes);
            Assert.Equal((0L, 0), (request.Client.Held, request.Client.Running));
            Assert.Equal(request.Finished.Distinct().Count(), request.Finished.Count);
            if (request.Succeeded)
                Assert.Equal(request.InputCount, request.Finished.Count);
        }
    }
}
