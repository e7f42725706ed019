namespace AlbertNative.Serving;

/// <summary>
/// A request that was admitted. It ends once: with its results, its failure, its client's going or its deadline. All that
/// changes is the scheduler's, under its gate.
/// </summary>
internal abstract class ScheduledRequest : Timed
{
    private readonly RequestNode _node;
    private int _nextInput;
    private int _nextSequence;
    private ScheduledInput? _current;
    private int _finished;
    private bool _isOver;

    protected ScheduledRequest() => _node = new RequestNode(this);

    /// <summary>Whose it is.</summary>
    public required ServingClient Client { get; init; }

    /// <summary>Where it waits.</summary>
    public required WorkStream Stream { get; init; }

    /// <summary>When it was admitted, as the clock's timestamp.</summary>
    public required long Admitted { get; init; }

    /// <summary>What all of it costs, in tokens.</summary>
    public required long Cost { get; init; }

    /// <summary>All of its tokens.</summary>
    public required int Tokens { get; init; }

    /// <summary>The memory that it takes while it waits.</summary>
    public required long Bytes { get; init; }

    /// <summary>What its client still holds for it, in ticks of processor time.</summary>
    public required long Held { get; set; }

    /// <summary>How much of that does not count against what may wait for all, in the same ticks.</summary>
    public long Beyond { get; set; }

    /// <summary>What its inputs that are not finished cost, in tokens.</summary>
    public long Unfinished { get; set; }

    /// <summary>Lets go of the model, once.</summary>
    public Action? Release { get; init; }

    /// <summary>What its trace tells of it; null where nobody samples that.</summary>
    public RequestTrace? Trace { get; init; }

    /// <summary>The number of its inputs.</summary>
    public abstract int InputCount { get; }

    /// <summary>Its place among its client's requests.</summary>
    public RequestNode Node => _node;

    /// <summary>True once it has ended, whichever way.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>True while it has sequences that nobody has taken.</summary>
    public bool HasWaiting => _nextInput < InputCount;

    /// <summary>What is still to be taken costs, in tokens.</summary>
    public long Waiting { get; set; }

    /// <summary>When the first of its sequences was taken; 0 before.</summary>
    public long FirstTaken { get; private set; }

    /// <summary>How far it has come.</summary>
    public RequestStage Stage => FirstTaken == 0 ? RequestStage.Queued : RequestStage.Running;

    /// <summary>When the last of its inputs was begun.</summary>
    public long LastTaken { get; private set; }

    /// <summary>Takes its client's going to heart.</summary>
    public CancellationTokenRegistration Cancellation { get; set; }

    /// <summary>
    /// Where the sequences of an input are that was begun, and where its others have to go: they end in one call. Null between
    /// two inputs.
    /// </summary>
    public Residence? Owner { get; private set; }

    /// <summary>The length of the next sequence.</summary>
    public int NextLength => LengthOf(_nextInput, _nextSequence);

    /// <summary>Takes the next sequence.</summary>
    public ScheduledSequence Take(Residence owner, long now)
    {
        int length = NextLength, cost = Stream.Work.Cost.Of(length);
        if (_nextSequence == 0)
        {
            _current = CreateInput(_nextInput);
            LastTaken = now;
            if (FirstTaken == 0)
                FirstTaken = now;
        }
        ScheduledSequence sequence = new(_current!, _nextSequence, length, cost, Depth: 0);
        _current!.Taken++;
        Waiting -= cost;
        Owner = owner;
        if (++_nextSequence == SequenceCountOf(_nextInput))
        {
            _nextInput++;
            _nextSequence = 0;
            Owner = null;
        }
        return sequence;
    }

    /// <summary>True for the one who ends it.</summary>
    public bool TryEnd()
    {
        if (_isOver)
            return false;
        Volatile.Write(ref _isOver, true);
        return true;
    }

    /// <summary>One more input is finished; true where it was the last.</summary>
    public bool InputFinished() => ++_finished == InputCount;

    /// <summary>The sequences of an input.</summary>
    public abstract int SequenceCountOf(int input);

    /// <summary>The tokens of a sequence.</summary>
    public abstract int LengthOf(int input, int sequence);

    /// <summary>Tells whoever waits that all inputs are finished.</summary>
    public abstract void Succeed(long ended);

    /// <summary>Tells whoever waits that there will be no answer.</summary>
    public abstract void Fail(Exception failure);

    protected abstract ScheduledInput CreateInput(int index);

    /// <summary>A request among those of its client.</summary>
    internal sealed class RequestNode(ScheduledRequest request) : FairNode
    {
        public ScheduledRequest Request { get; } = request;
    }
}
