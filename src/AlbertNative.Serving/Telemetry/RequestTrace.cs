using System.Diagnostics;

namespace AlbertNative.Serving;

/// <summary>
/// What a trace tells of a request on its way through the layers. There is one only where the request's trace is sampled: all others cost
/// nothing. It changes under the scheduler's gate, until the request is over.
/// </summary>
internal sealed class RequestTrace
{
    /// <summary>Thousands of texts are not thousands of events.</summary>
    private const int MostEvents = 64;

    private readonly List<ActivityEvent> _events = [];

    private RequestTrace(ActivityContext parent) => Parent = parent;

    /// <summary>What was going on where the request was admitted.</summary>
    public ActivityContext Parent { get; }

    /// <summary>The steps that had something of it.</summary>
    public int Steps { get; private set; }

    /// <summary>The most sequences of others that were in a step with it.</summary>
    public int Neighbours { get; private set; }

    /// <summary>What happened to its sequences.</summary>
    public IReadOnlyList<ActivityEvent> Events => _events;

    /// <summary>The events that are not told.</summary>
    public int EventsLeftOut { get; private set; }

    /// <summary>The trace of a request; null where nobody samples it.</summary>
    /// <param name="parent">What is going on where it is admitted.</param>
    public static RequestTrace? Of(Activity? parent) =>
        parent is { Recorded: true } && ServingTelemetry.Source.HasListeners() ? new RequestTrace(parent.Context) : null;

    /// <summary>A sequence joins those that are computed.</summary>
    public void Joined(int tokens, DateTimeOffset now) => Add(new ActivityEvent("join", now, new() { ["albertnative.tokens"] = tokens }));

    /// <summary>All that is computed of it is put aside between two layers.</summary>
    public void Preempted(DateTimeOffset now) => Add(new ActivityEvent("preemption", now));

    /// <summary>A sequence has gone through the last layer.</summary>
    public void Left(int tokens, DateTimeOffset now) => Add(new ActivityEvent("leave", now, new() { ["albertnative.tokens"] = tokens }));

    /// <summary>A step had something of it.</summary>
    /// <param name="neighbours">The sequences of others in it.</param>
    public void Stepped(int neighbours)
    {
        Steps++;
        Neighbours = Math.Max(Neighbours, neighbours);
    }

    private void Add(ActivityEvent happened)
    {
        if (_events.Count < MostEvents)
            _events.Add(happened);
        else
            EventsLeftOut++;
    }
}
