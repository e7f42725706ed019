using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Serving;

/// <summary>
/// One that computes: again and again it chooses a stream, lets sequences join it, and takes all of them through one layer.
/// What it computes of other streams waits meanwhile where it is, between two layers.
/// </summary>
internal sealed class Worker : IDisposable
{
    private readonly WorkQueue _queue;
    private readonly ThreadTeam _team;
    private readonly KeyValuePair<string, object?> _label;
    private readonly List<Residence> _residences = [];
    private Residence? _previous;

    public Worker(WorkQueue queue, int index, int threads)
    {
        _queue = queue;
        _label = new("worker", index);
        _team = new ThreadTeam(threads);
    }

    /// <summary>Works until the queue is stopped. The body of a thread.</summary>
    public void Run()
    {
        _queue.Begin();
        while (_queue.WaitForWork(this))
            Step();
        Dispose();
    }

    /// <summary>True where it has something to do. Under the gate.</summary>
    /// <param name="mayBegin">Whether what waits for any worker counts.</param>
    public bool HasWork(bool mayBegin)
    {
        foreach (Residence residence in _residences)
        {
            if (residence.HasWork || residence.Stream.Work.IsClosed)
                return true;
        }
        if (!mayBegin)
            return false;
        foreach (WorkStream stream in _queue.Streams)
        {
            if (stream.Next(Find(stream)) is not null)
                return true;
        }
        return false;
    }

    /// <summary>Takes one stream's sequences through one layer.</summary>
    /// <returns>False where there was nothing to do.</returns>
    public bool Step()
    {
        try
        {
            return StepOnce();
        }
        catch (Exception failure)
        {
            // Whatever it was: those who were here are told, and the worker goes on for the others.
            GiveUp(failure);
            return true;
        }
    }

    public void Dispose()
    {
        foreach (Residence residence in _residences)
            residence.Dispose();
        _residences.Clear();
        _team.Dispose();
    }

    private bool StepOnce()
    {
        Residence? residence;
        bool isShared, isTraced;
        long wasted;
        lock (_queue.Gate)
        {
            DropClosed();
            WorkStream? stream = Choose();
            if (stream is null)
                return false;
            residence = Enter(stream);
            Fill(residence);
            wasted = stream.TakeWasted();
            isShared = _queue.TakesSharedTeam(this);
            isTraced = _queue.Traced > 0;
        }
        _queue.Telemetry.Wasted(residence.Stream, wasted);
        Step(residence, isShared, isTraced);
        return true;
    }

    /// <summary>Takes those in a residence through one layer, with the threads of all or its own.</summary>
    private void Step(Residence residence, bool isShared, bool isTraced)
    {
        ThreadTeam team = isShared ? _queue.SharedTeam! : _team;
        RemoveLeaving(residence);
        JoinAll(residence);
        if (residence.Sequences.Count == 0)
            return;
        Activity? span = isTraced ? ServingSpans.OfStep(residence, _queue.Time.GetUtcNow()) : null;
        long started = _queue.Time.GetTimestamp();
        ExceptionDispatchInfo? failure = TryStep(residence, team);
        TimeSpan took = _queue.Time.GetElapsedTime(started);
        if (span is not null)
            ServingSpans.End(span, took);
        if (failure is not null)
        {
            Fail(residence, failure.SourceException);
            return;
        }
        Account(residence, took.TotalSeconds, isShared ? _queue.Options.WorkerCount : 1);
        FinishThrough(residence, team);
    }

    /// <summary>The stream that has had least of the time by its weight, among those in which this worker can do something.</summary>
    private WorkStream? Choose()
    {
        WorkStream? best = null;
        foreach (WorkStream stream in _queue.Streams)
        {
            if (best is not null && best.Start <= stream.Start)
                continue;
            Residence? own = Find(stream);
            if (own is { HasWork: true } || stream.Next(own) is not null)
                best = stream;
        }
        return best;
    }

    private Residence Enter(WorkStream stream)
    {
        _queue.Chosen(stream);
        Residence? residence = Find(stream);
        if (residence is null)
            _residences.Add(residence = new Residence(stream, CreateStepper(stream)));
        if (_previous is not null && _previous != residence && _previous.Sequences.Count > 0)
        {
            _queue.Telemetry.Preempted();
            if (_queue.Traced > 0)
                ServingSpans.Preempted(_previous, _queue.Time.GetUtcNow());
        }
        _previous = residence;
        return residence;
    }

    /// <summary>Where there is no memory for it, the request that is next fails: the one after it may have more luck.</summary>
    private IStepper CreateStepper(WorkStream stream)
    {
        try
        {
            return stream.Work.CreateStepper();
        }
        catch (Exception failure)
        {
            if (stream.Next(residence: null) is ScheduledRequest request)
                _queue.End(request, failure);
            throw;
        }
    }

    /// <summary>Ends all requests that have something here, and lets go of it.</summary>
    private void GiveUp(Exception failure)
    {
        foreach (Residence residence in _residences)
        {
            ScheduledRequest[] requests;
            lock (_queue.Gate)
            {
                requests = [.. residence.Sequences.Select(sequence => sequence.Input).Concat(residence.Suspects)
                    .Select(input => input.Request).Concat(residence.Stream.OwnedBy(residence)).Distinct()];
            }
            foreach (ScheduledRequest request in requests)
                _queue.End(request, failure);
        }
        lock (_queue.Gate)
        {
            foreach (Residence residence in _residences)
            {
                residence.Stream.Running -= residence.Sequences.Count;
                residence.Stream.Backlog -= residence.RemoveEnded();
                residence.AdmitSuspects(_queue.Options.StepTokens);
                residence.Dispose();
            }
            _residences.Clear();
            _previous = null;
        }
    }

    private Residence? Find(WorkStream stream)
    {
        foreach (Residence residence in _residences)
        {
            if (residence.Stream == stream)
                return residence;
        }
        return null;
    }

    /// <summary>Chooses who leaves and who joins.</summary>
    private void Fill(Residence residence)
    {
        WorkStream stream = residence.Stream;
        int before = residence.Sequences.Count;
        stream.Backlog -= residence.RemoveEnded();
        stream.Running -= before - residence.Sequences.Count;
        // Where layers differ, those inside have to come through first.
        if (residence.Sequences.Count > 0 && !residence.Stepper.CanJoin)
            return;
        before = residence.Sequences.Count;
        if (!residence.AdmitSuspects(_queue.Options.StepTokens))
        {
            while (stream.Next(residence) is ScheduledRequest next && residence.HasRoomFor(next.NextLength, _queue.Options.StepTokens))
            {
                long now = _queue.Time.GetTimestamp();
                ScheduledSequence sequence = stream.Take(next, residence, now);
                _queue.Telemetry.Taken(sequence, _queue.Time.GetElapsedTime(sequence.Input.Request.Admitted, now));
                residence.Join(sequence);
                sequence.Input.Request.Trace?.Joined(sequence.Length, _queue.Time.GetUtcNow());
            }
        }
        stream.Running += residence.Sequences.Count - before;
    }

    private static void RemoveLeaving(Residence residence)
    {
        foreach (ScheduledInput input in residence.Leaving)
        {
            residence.Stepper.Remove(input);
            input.Abandon();
        }
        residence.Leaving.Clear();
    }

    private void JoinAll(Residence residence)
    {
        ScheduledInput? failed = null;
        foreach (ScheduledSequence sequence in residence.Joining)
        {
            if (sequence.Input == failed)
                continue;
            try
            {
                if (sequence.Index == 0)
                    sequence.Input.Prepare();
                residence.Stepper.Join(sequence.Input, sequence.Index);
            }
            catch (Exception failure)
            {
                failed = sequence.Input;
                _queue.End(failed.Request, failure);
                Forget(residence, failed);
            }
        }
        residence.Joining.Clear();
    }

    /// <summary>Takes out all sequences of an input that cannot be computed.</summary>
    private void Forget(Residence residence, ScheduledInput input)
    {
        lock (_queue.Gate)
        {
            int before = residence.Sequences.Count;
            residence.Stream.Backlog -= residence.RemoveEnded();
            residence.Stream.Running -= before - residence.Sequences.Count;
        }
        RemoveLeaving(residence);
        input.Abandon();
    }

    private static ExceptionDispatchInfo? TryStep(Residence residence, ThreadTeam team)
    {
        try
        {
            residence.Stepper.Step(team);
            return null;
        }
        catch (Exception failure)
        {
            return ExceptionDispatchInfo.Capture(failure);
        }
    }

    /// <summary>A step has failed, and with it all that was inside: who was there alone is at fault, others get another turn.</summary>
    private void Fail(Residence residence, Exception failure)
    {
        ScheduledInput[] inputs = [.. residence.Sequences.Select(sequence => sequence.Input).Distinct()];
        residence.Stepper.Clear();
        if (inputs.Length == 1)
            _queue.End(inputs[0].Request, failure);
        lock (_queue.Gate)
        {
            WorkStream stream = residence.Stream;
            stream.Running -= residence.Sequences.Count;
            foreach (ScheduledSequence sequence in residence.Sequences)
                stream.Backlog -= (long)sequence.Cost * (stream.Work.Layers - sequence.Depth);
            residence.Clear();
            foreach (ScheduledInput input in inputs.Where(input => !input.Request.IsOver))
            {
                for (int s = 0; s < input.Taken; s++)
                    stream.Backlog += (long)stream.Work.Cost.Of(input.Request.LengthOf(input.Index, s)) * stream.Work.Layers;
                residence.Suspects.Enqueue(input);
            }
        }
        foreach (ScheduledInput input in inputs.Where(input => input.Request.IsOver))
            input.Abandon();
    }

    /// <summary>Everything inside has come a layer further.</summary>
    /// <param name="residence">Where.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="workers">Whose threads it took.</param>
    private void Account(Residence residence, double seconds, int workers)
    {
        double workerSeconds = seconds * workers;
        WorkStream stream = residence.Stream;
        int layers = stream.Work.Layers, kept = 0, sequences = residence.Sequences.Count, tokens = residence.TokenCount;
        long cost = 0, through = 0, wasted;
        lock (_queue.Gate)
        {
            if (_queue.Traced > 0)
                ServingSpans.Stepped(residence, _queue.Time.GetUtcNow());
            for (int i = 0; i < sequences; i++)
            {
                ScheduledSequence sequence = residence.Sequences[i];
                cost += sequence.Cost;
                if (sequence.Depth + 1 < layers)
                {
                    residence.Sequences[kept++] = sequence with { Depth = sequence.Depth + 1 };
                    continue;
                }
                residence.TokenCount -= sequence.Length;
                if (sequence.Input.Request.IsOver)
                    stream.Drop(sequence.Length, layers);
                else
                    through += sequence.Length;
            }
            residence.Sequences.RemoveRange(kept, sequences - kept);
            stream.Running -= sequences - kept;
            stream.Backlog -= cost;
            stream.Work.Cost.Learn((cost + CostModel.StepTokens) / (double)layers, workerSeconds);
            _queue.Computed(stream, workerSeconds);
            wasted = stream.TakeWasted();
        }
        _queue.Telemetry.Stepped(stream, _label, tokens, sequences, through, seconds, workerSeconds);
        _queue.Telemetry.Wasted(stream, wasted);
    }

    private void FinishThrough(Residence residence, ThreadTeam team)
    {
        foreach (ScheduledInput input in residence.Stepper.Through)
        {
            try
            {
                if (!input.Request.IsOver)
                    residence.Stepper.RunHead(team, input);
            }
            catch (Exception failure)
            {
                _queue.End(input.Request, failure);
            }
            _queue.Finish(input);
        }
    }

    private void DropClosed()
    {
        for (int i = _residences.Count - 1; i >= 0; i--)
        {
            Residence residence = _residences[i];
            if (!residence.Stream.Work.IsClosed)
                continue;
            // A model is closed when all of its requests have ended.
            foreach (ScheduledSequence sequence in residence.Sequences)
                sequence.Input.Abandon();
            residence.Dispose();
            _residences.RemoveAt(i);
        }
    }
}
