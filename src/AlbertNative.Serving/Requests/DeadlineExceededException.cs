namespace AlbertNative.Serving;

/// <summary>Where a request was when it ended early.</summary>
public enum RequestStage
{
    /// <summary>Nothing of it was computed.</summary>
    Queued,

    /// <summary>Some of it was.</summary>
    Running,
}

/// <summary>A request's deadline has passed before its answer was there.</summary>
/// <param name="stage">Where it was.</param>
public sealed class DeadlineExceededException(RequestStage stage)
    : TimeoutException($"the deadline passed while the request was {(stage == RequestStage.Queued ? "waiting" : "being computed")}")
{
    /// <summary>Where the request was.</summary>
    public RequestStage Stage { get; } = stage;
}

/// <summary>The scheduler has ended before a request's answer was there.</summary>
public sealed class SchedulerStoppedException() : Exception("the server is ending");
