using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlbertNative.Serving;

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
    public void A_traced_request_has_its_spans()
    {
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == ServingTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using Activity request = new Activity("request").Start();
        Simulation simulation = new(new SchedulerOptions());
        simulation.SubmitTraced(Simulation.Client("a"), request, 8);
        simulation.RunToTheEnd();
        Activity[] own = [.. spans.Where(span => span.TraceId == request.TraceId)];
        Assert.Equal(["albert.queue", "albert.compute"], own.Select(span => span.OperationName));
        Assert.All(own, span => Assert.Equal(request.SpanId, span.ParentSpanId));
        Assert.Equal(8, own[1].GetTagItem("albertnative.tokens"));
        // An activity takes at least a tick.
        Assert.InRange((own[0].StartTimeUtc + own[0].Duration - own[1].StartTimeUtc).Ticks, 0, 1);
    }
}
