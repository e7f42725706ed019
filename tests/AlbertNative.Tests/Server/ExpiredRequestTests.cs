using AlbertNative.Serving;
using AlbertNative.Tensors.Threading;
using AlbertNative.Testing;
using AlbertNative.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace AlbertNative.Tests.Server;

/// <summary>Requests whose time is over: they are told so and counted so, and not as those of clients that have gone.</summary>
public sealed class ExpiredRequestTests
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task Whose_time_is_over_while_he_waits_is_counted_as_expired_whoever_notices_first(string usesCache)
    {
        SimulatedClock serverClock = new(), schedulerClock = new();
        // Its only worker is held in a step, so that whoever asks waits.
        await using InferenceScheduler scheduler = new(new SchedulerOptions { Threads = 1, Workers = 1, RequestTimeout = TimeSpan.FromHours(1) }, schedulerClock);
        using HeldStepper held = new();
        await using LoopbackServerApp server = await LoopbackServerApp.StartAsync(
            services => services.AddSingleton<TimeProvider>(serverClock).AddSingleton(scheduler), ("request-timeout", "60min"));
        using MeterRecorder counts = new(scheduler.Telemetry.Meter);
        ModelWork work = new("held", 1, 768, new CostModel(768, 3072, tokensPerSecond: 1e6), expressShare: 0.8, () => held);
        scheduler.Queue.Open(work);
        Assert.Null(Hold(scheduler, work, schedulerClock));
        await held.Reached.WaitAsync(Stop);
        Task<RawAnswer> asking = server.PostAsync("/embed", """{"inputs":"the king"}""", ("x-request-timeout-ms", "1800000"), ("x-use-cache", usesCache));
        await Eventually.HoldsAsync(() => scheduler.Load.Requests == 2);

        foreach (SimulatedClock clock in (SimulatedClock[])[serverClock, schedulerClock])
        {
            clock.Advance(2000);
            clock.Ring();
        }
        RawAnswer answer = await asking;
        held.GoOn();

        Assert.Equal(504, answer.Status);
        Assert.Equal((1, 0), (counts["albertnative.expired stage=queued"], counts["albertnative.cancelled stage=queued"]));
    }

    private static Refusal? Hold(InferenceScheduler scheduler, ModelWork work, SimulatedClock clock)
    {
        ServingClient client = Simulation.Client("holds");
        return scheduler.Admit(work, new RequestSize(8, 8, 8, 8), new RequestTerms { Client = client }, (stream, ticks, deadline) => new SimulatedRequest(clock, [[8]])
        {
            Client = client,
            Stream = stream,
            Admitted = clock.GetTimestamp(),
            Deadline = deadline,
            Cost = 8,
            Tokens = 8,
            Bytes = 8,
            Held = ticks,
        });
    }

    /// <summary>Takes its sequence through its layer when it is told to.</summary>
    private sealed class HeldStepper : IStepper
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayGoOn = new();
        private readonly List<ScheduledInput> _through = [];

        public Task Reached => _reached.Task;

        public bool CanJoin => true;

        public IReadOnlyList<ScheduledInput> Through => _through;

        public void GoOn() => _mayGoOn.Set();

        public void Join(ScheduledInput input, int sequence) => _through.Add(input);

        public void Remove(ScheduledInput input) => _through.Remove(input);

        public void Clear() => _through.Clear();

        public void Step(ThreadTeam team)
        {
            _reached.TrySetResult();
            _mayGoOn.Wait();
        }

        public void RunHead(ThreadTeam team, ScheduledInput input)
        {
        }

        public void Dispose() => GoOn();
    }
}
