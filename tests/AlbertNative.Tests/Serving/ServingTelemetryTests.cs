using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlbertNative.Serving;
using AlbertNative.Tests.Server;

namespace AlbertNative.Tests.Serving;

public sealed class ServingTelemetryTests
{
    [Fact]
    public void What_happens_is_counted_and_what_waits_is_read()
    {
        ConcurrentDictionary<string, double> sums = new();
        using MeterListener listener = new();
        Meter? own = null;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == ServingTelemetry.MeterName && (own is null || instrument.Meter == own))
                l.EnableMeasurementEvents(instrument);
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (own is not null && instrument.Meter != own)
                return;
            string key = instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Key}={tag.Value}"));
            if (instrument.IsObservable)
                sums[key] = value;
            else
                sums.AddOrUpdate(key, value, (_, sum) => sum + value);
        }
        listener.SetMeasurementEventCallback<double>((i, v, t, _) => Add(i, v, t));
        listener.SetMeasurementEventCallback<long>((i, v, t, _) => Add(i, v, t));
        listener.SetMeasurementEventCallback<int>((i, v, t, _) => Add(i, v, t));
        listener.Start();
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromSeconds(2) });
        own = simulation.Scheduler.Telemetry.Meter;
        // Every series of fixed labels is there before anything happens.
        Assert.Contains("albertnative.rejected reason=not_ready", sums.Keys);
        Assert.Contains("albertnative.cancelled stage=writing", sums.Keys);
        Assert.Contains("albertnative.preempted", sums.Keys);
        sums.Clear();

        ServingClient client = Simulation.Client("a");
        using CancellationTokenSource gone = new();
        simulation.Submit(client, 8, 8);
        simulation.Submit(client, [.. Enumerable.Repeat(200, 8)]);
        simulation.Submit(new RequestTerms { Client = Simulation.Client("b") }, [[100]], gone.Token);
        while (simulation.Submit(client, 200).Refusal is null)
        {
        }
        simulation.Scheduler.Telemetry.Rejected("invalid");
        listener.RecordObservableInstruments();
        Assert.Equal(1, sums["albertnative.queue.requests model=model 0 lane=express"]);
        Assert.Equal(16, sums["albertnative.queue.tokens model=model 0 lane=express"]);
        Assert.True(sums["albertnative.queue.wait"] > 0.9);
        Assert.True(sums["albertnative.rate model=model 0"] > 0);
        gone.Cancel();
        simulation.RunToTheEnd();
        listener.RecordObservableInstruments();
        Assert.Equal(0, sums["albertnative.queue.requests model=model 0 lane=bulk"]);
        Assert.Equal(0, sums["albertnative.queue.wait"]);
        Assert.Equal(1, sums["albertnative.rejected reason=overload"]);
        Assert.Equal(1, sums["albertnative.rejected reason=invalid"]);
        Assert.Equal(1, sums["albertnative.cancelled stage=queued"]);
        Assert.Equal(simulation.Requests.Where(request => request.Succeeded).Sum(request => request.Tokens), sums["albertnative.tokens model=model 0 kind=computed"]);
        Assert.True(sums["albertnative.worker.busy worker=0"] > 0);
        Assert.True(sums["albertnative.step.tokens lane=bulk"] > 0);
    }

    [Fact]
    public void What_was_computed_for_nobody_is_wasted_by_the_layers_that_it_had_gone_through()
    {
        Simulation simulation = new(new SchedulerOptions { StepTokens = 256 }, layers: 12);
        using MeterRecorder counts = new(simulation.Scheduler.Telemetry.Meter);
        using CancellationTokenSource running = new(), through = new(), waiting = new();
        ServingClient client = Simulation.Client("a");
        simulation.Submit(client, 100);
        simulation.Submit(new RequestTerms { Client = client }, [[80]], running.Token);
        simulation.Submit(new RequestTerms { Client = client }, [[70]], through.Token);
        simulation.Submit(new RequestTerms { Client = client }, [[90]], waiting.Token);
        for (int layer = 0; layer < 5; layer++)
            simulation.Step();
        running.Cancel();
        waiting.Cancel();
        for (int layer = 5; layer < 11; layer++)
            simulation.Step();
        // During the last step, at whose end it is through.
        simulation.Stepping = through.Cancel;
        simulation.RunToTheEnd();

        Assert.Equal(100, counts["albertnative.tokens kind=computed model=model 0"]);
        Assert.Equal((80 * 5 / 12) + 70, counts["albertnative.tokens kind=wasted model=model 0"]);
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void A_traced_request_has_its_spans()
    {
        using Spans spans = new();
        using Activity request = Sampled();
        Simulation simulation = new(new SchedulerOptions());
        simulation.SubmitTraced(Simulation.Client("a"), request, 8);
        simulation.RunToTheEnd();

        Activity[] own = spans.Below(request);
        Assert.Equal(["albert.queue", "albert.compute"], own.Select(span => span.OperationName));
        Assert.All(own, span => Assert.Equal(request.SpanId, span.ParentSpanId));
        Assert.Equal((8, 12, 0), (own[1].GetTagItem("albertnative.tokens"), own[1].GetTagItem("albertnative.steps"), own[1].GetTagItem("albertnative.neighbours")));
        Assert.Equal(["join", "leave"], own[1].Events.Select(happened => happened.Name));
        // An activity takes at least a tick.
        Assert.InRange((own[0].StartTimeUtc + own[0].Duration - own[1].StartTimeUtc).Ticks, 0, 1);
        Activity[] steps = spans.StepsOf(request);
        Assert.Equal(12, steps.Length);
        Assert.All(steps, step =>
        {
            Assert.Equal((default(ActivitySpanId), 8, 1), (step.ParentSpanId, step.GetTagItem("albertnative.tokens"), step.GetTagItem("albertnative.sequences")));
            Assert.NotEqual(request.TraceId, step.TraceId);
        });
        Assert.Same(request, Activity.Current);
    }

    [Fact]
    public void A_step_refers_to_32_traces_at_most_and_counts_all_neighbours()
    {
        using Spans spans = new();
        Simulation simulation = new(new SchedulerOptions { StepTokens = 256 });
        Activity[] requests = [.. Enumerable.Range(0, 40).Select(_ => Sampled())];
        foreach (Activity request in requests)
            simulation.SubmitTraced(Simulation.Client("a"), request, 4);
        simulation.RunToTheEnd();

        Activity[] steps = spans.StepsOf(requests[0]);
        Assert.Equal(12, steps.Length);
        Assert.All(steps, step => Assert.Equal((32, 40), (step.Links.Count(), step.GetTagItem("albertnative.sequences"))));
        Assert.Equal(39, spans.Below(requests[^1])[1].GetTagItem("albertnative.neighbours"));
        Array.ForEach(requests, request => request.Dispose());
    }

    [Fact]
    public void What_is_put_aside_and_what_its_client_has_left_is_told()
    {
        using Spans spans = new();
        using Activity patient = Sampled(), gone = Sampled(), late = Sampled();
        using CancellationTokenSource first = new(), second = new();
        Simulation simulation = new(new SchedulerOptions { StepTokens = 256 });
        simulation.SubmitTraced(Simulation.Client("a"), patient, 100);
        simulation.SubmitTraced(Simulation.Client("b"), gone, 100, first.Token);
        simulation.Step();
        simulation.SubmitTraced(Simulation.Client("c"), late, 200, second.Token);
        simulation.Submit(Simulation.Client("d"), 8);
        simulation.Step();
        first.Cancel();
        second.Cancel();
        simulation.RunToTheEnd();

        Activity compute = spans.Below(patient)[1];
        string[] happened = [.. compute.Events.Select(one => one.Name)];
        Assert.Equal(("join", "leave"), (happened[0], happened[^1]));
        Assert.NotEmpty(happened[1..^1]);
        Assert.All(happened[1..^1], name => Assert.Equal("preemption", name));
        Assert.Equal(ActivityStatusCode.Unset, compute.Status);
        compute = spans.Below(gone)[1];
        Assert.Equal((ActivityStatusCode.Error, "cancelled"), (compute.Status, compute.GetTagItem("error.type")));
        // What was never computed has only waited.
        Activity queue = Assert.Single(spans.Below(late));
        Assert.Equal(("albert.queue", "cancelled"), (queue.OperationName, queue.GetTagItem("error.type")));
        simulation.AssertNothingIsLeft();
        Assert.Equal(0, simulation.Scheduler.Queue.Traced);
    }

    [Fact]
    public void Nothing_is_kept_of_a_request_whose_trace_nobody_samples()
    {
        using Spans spans = new();
        using Activity request = new Activity("request").Start();
        Simulation simulation = new(new SchedulerOptions());
        SimulatedRequest submitted = simulation.SubmitTraced(Simulation.Client("a"), request, 8);
        simulation.RunToTheEnd();

        Assert.Null(submitted.Trace);
        Assert.Empty(spans.Below(request));
        Assert.Empty(spans.StepsOf(request));
    }

    private static Activity Sampled()
    {
        Activity.Current = null; // a trace of its own
        Activity request = new Activity("request").Start();
        request.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        return request;
    }

    /// <summary>The spans of this process's schedulers.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _all = new();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new()
            {
                ShouldListenTo = source => source.Name == ServingTelemetry.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = _all.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity[] Below(Activity request) => [.. _all.Where(span => span.TraceId == request.TraceId && span.ParentSpanId == request.SpanId)];

        public Activity[] StepsOf(Activity request) => [.. _all.Where(span => span.OperationName == "albert.step" && span.Links.Any(link => link.Context.SpanId == request.SpanId))];

        public void Dispose() => _listener.Dispose();
    }
}
