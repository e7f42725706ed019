using System.Diagnostics;

namespace AlbertNative.Serving;

/// <summary>The spans of requests whose traces are sampled, and of the steps that have something of them.</summary>
internal static class ServingSpans
{
    /// <summary>A step of many short texts does not name all of their traces.</summary>
    private const int MostLinks = 32;

    /// <summary>The span of a step: it serves many traces, so that it belongs to none, and refers to those that are sampled.</summary>
    /// <returns>Null where none is.</returns>
    public static Activity? OfStep(Residence residence, DateTimeOffset now)
    {
        List<ActivityLink> links = [];
        foreach (ScheduledSequence sequence in residence.Sequences)
        {
            if (sequence.Input.Request.Trace is RequestTrace trace && !links.Exists(link => link.Context == trace.Parent))
                links.Add(new ActivityLink(trace.Parent));
            if (links.Count == MostLinks)
                break;
        }
        if (links.Count == 0)
            return null;
        // Without a parent it would have what goes on here.
        Activity? current = Activity.Current;
        Activity.Current = null;
        Activity? span = ServingTelemetry.Source.StartActivity("albert.step", ActivityKind.Internal, parentContext: default, tags: null, links, now);
        Activity.Current = current;
        return span?.SetTag("albertnative.model", residence.Stream.Work.Name).SetTag("albertnative.lane", ServingTelemetry.Name(residence.Stream))
            .SetTag("albertnative.tokens", residence.TokenCount).SetTag("albertnative.sequences", residence.Sequences.Count);
    }

    /// <summary>The step's span ends.</summary>
    public static void End(Activity span, TimeSpan took)
    {
        Activity? current = Activity.Current;
        span.SetEndTime(span.StartTimeUtc + took).Dispose();
        Activity.Current = current;
    }

    /// <summary>Tells the traces in a step that it is over. Under the gate.</summary>
    public static void Stepped(Residence residence, DateTimeOffset now)
    {
        int layers = residence.Stream.Work.Layers;
        foreach (IGrouping<RequestTrace, ScheduledSequence> own in Traced(residence))
        {
            own.Key.Stepped(residence.Sequences.Count - own.Count());
            foreach (ScheduledSequence sequence in own.Where(sequence => sequence.Depth + 1 == layers))
                own.Key.Left(sequence.Length, now);
        }
    }

    /// <summary>Tells the traces in a residence that it waits. Under the gate.</summary>
    public static void Preempted(Residence residence, DateTimeOffset now)
    {
        foreach (IGrouping<RequestTrace, ScheduledSequence> own in Traced(residence))
            own.Key.Preempted(now);
    }

    /// <summary>The spans of a request that is over.</summary>
    /// <param name="request">The request; nothing happens where its trace is not sampled.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ended">When that was.</param>
    /// <param name="failure">Why it has no results; null where it has.</param>
    public static void Ended(ScheduledRequest request, TimeProvider time, long ended, Exception? failure)
    {
        if (request.Trace is not RequestTrace trace)
            return;
        bool wasTaken = request.FirstTaken != 0;
        DateTimeOffset end = time.GetUtcNow();
        DateTimeOffset admitted = end - time.GetElapsedTime(request.Admitted, ended), taken = wasTaken ? end - time.GetElapsedTime(request.FirstTaken, ended) : end;
        using (Activity? queue = ServingTelemetry.Source.StartActivity("albert.queue", ActivityKind.Internal, trace.Parent, startTime: admitted))
        {
            Mark(queue, wasTaken ? null : failure);
            queue?.SetEndTime(taken.UtcDateTime);
        }
        if (!wasTaken)
            return;
        using Activity? compute = ServingTelemetry.Source.StartActivity("albert.compute", ActivityKind.Internal, trace.Parent, startTime: taken);
        if (compute is null)
            return;
        compute.SetTag("albertnative.model", request.Stream.Work.Name).SetTag("albertnative.tokens", request.Tokens)
            .SetTag("albertnative.inputs", request.InputCount).SetTag("albertnative.steps", trace.Steps)
            .SetTag("albertnative.neighbours", trace.Neighbours);
        foreach (ActivityEvent happened in trace.Events)
            compute.AddEvent(happened);
        if (trace.EventsLeftOut > 0)
            compute.SetTag("albertnative.events_left_out", trace.EventsLeftOut);
        Mark(compute, failure);
        compute.SetEndTime(end.UtcDateTime);
    }

    private static IEnumerable<IGrouping<RequestTrace, ScheduledSequence>> Traced(Residence residence) =>
        from sequence in residence.Sequences
        where !sequence.Input.Request.IsOver && sequence.Input.Request.Trace is not null
        group sequence by sequence.Input.Request.Trace!;

    // Of an exception the type alone: its message may quote a text.
    private static void Mark(Activity? span, Exception? failure)
    {
        if (failure is null)
            return;
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure switch
        {
            OperationCanceledException => "cancelled",
            DeadlineExceededException => "deadline",
            SchedulerStoppedException => "draining",
            _ => failure.GetType().FullName,
        });
    }
}
