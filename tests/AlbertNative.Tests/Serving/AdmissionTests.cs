using AlbertNative.Serving;

namespace AlbertNative.Tests.Serving;

/// <summary>Who is let in, in simulated time.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public void A_greedy_client_fills_half_of_the_queue_and_newcomers_find_room()
    {
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromSeconds(10) });
        ServingClient greedy = Simulation.Client("greedy");
        Refusal? refusal = null;
        for (int i = 0; i < 1000 && refusal is null; i++)
            refusal = simulation.Submit(greedy, 128).Refusal;
        Assert.Equal(RefusalReason.Overloaded, refusal!.Reason);
        Assert.InRange(simulation.Scheduler.Load.WaitSeconds, 4.5, 5.1);
        Assert.NotNull(simulation.Scheduler.Preview(greedy));
        for (int i = 0; i < 20; i++)
        {
            ServingClient newcomer = Simulation.Client($"newcomer {i}");
            Assert.Null(simulation.Scheduler.Preview(newcomer));
            Assert.Null(simulation.Submit(newcomer, 128).Refusal);
        }
        simulation.RunToTheEnd();
        simulation.AssertNothingIsLeft();
        Assert.Null(simulation.Scheduler.Preview(greedy));
    }

    [Fact]
    public void Retry_after_is_true()
    {
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromSeconds(10) });
        Random random = new(1);
        // 60 clients ask for five times what may wait, all at once, and come again when they are told to.
        PriorityQueue<(ServingClient Client, int Tries), double> arrivals = new();
        ServingClient[] clients = [.. Enumerable.Range(0, 60).Select(i => Simulation.Client($"client {i}"))];
        double began = simulation.Clock.Seconds;
        for (int i = 0; i < 800; i++)
            arrivals.Enqueue((clients[random.Next(60)], 0), began + random.NextDouble());
        int early = 0, admitted = 0;
        while (arrivals.TryDequeue(out (ServingClient Client, int Tries) arrival, out double at))
        {
            simulation.RunUntil(at);
            Refusal? refusal = simulation.Submit(arrival.Client, 128).Refusal;
            if (refusal is null)
            {
                admitted++;
                early += arrival.Tries <= 2 ? 1 : 0;
                continue;
            }
            Assert.InRange(refusal.RetryAfter.TotalSeconds, 1, 60);
            arrivals.Enqueue((arrival.Client, arrival.Tries + 1), simulation.Clock.Seconds + refusal.RetryAfter.TotalSeconds);
        }
        simulation.RunToTheEnd();
        Assert.Equal(800, admitted);
        Assert.True(early >= 0.9 * 800, $"{early} of 800 at the first or second retry");
        // Nor are they told to come much later than need be: 800 × 134 tokens at 2000 a second take 54 s.
        Assert.True(simulation.Clock.Seconds - began < 54 * 1.6, $"{simulation.Clock.Seconds - began:F0} s");
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void At_ten_times_the_capacity_the_workers_never_rest()
    {
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromSeconds(5) });
        ServingClient[] clients = [.. Enumerable.Range(0, 8).Select(i => Simulation.Client($"client {i}"))];
        double began = simulation.Clock.Seconds, next = began, capacity = 2000.0 / 134;
        int offered = 0;
        while (simulation.Clock.Seconds < began + 30)
        {
            for (; next <= simulation.Clock.Seconds; next += 1 / (10 * capacity))
                simulation.Submit(clients[offered++ % 8], 128);
            if (!simulation.Step())
                simulation.Clock.Advance(0.001);
        }
        double goodput = simulation.Requests.Count(request => request.Succeeded) / 30.0;
        Assert.True(goodput > 0.93 * capacity, $"{goodput:F1} a second of {capacity:F1}");
        double slowest = simulation.Requests.Where(request => request.Succeeded).Max(request => request.EndedAt - request.AdmittedAt);
        Assert.True(slowest < 5.5, $"{slowest:F1} s");
    }

    [Fact]
    public void What_cannot_be_answered_in_time_is_refused_at_once()
    {
        Simulation simulation = new(new SchedulerOptions());
        ServingClient busy = Simulation.Client("busy"), hurried = Simulation.Client("hurried");
        simulation.Submit(busy, [.. Enumerable.Repeat(250, 30)]);
        simulation.Submit(hurried, [.. Enumerable.Repeat(250, 5)]);
        RequestTerms terms = new() { Client = hurried, Timeout = TimeSpan.FromSeconds(1) };
        Refusal refusal = simulation.Submit(terms, [[250]]).Refusal!;
        Assert.Equal(RefusalReason.DeadlineUnreachable, refusal.Reason);
        Assert.Contains("the deadline is 1.0 s", refusal.Message);
        Assert.InRange(refusal.RetryAfter.TotalSeconds, 1, 60);
        // Which takes longer alone never would be.
        Refusal never = simulation.Submit(terms with { Timeout = TimeSpan.FromMilliseconds(1) }, [[250]]).Refusal!;
        Assert.Equal((RefusalReason.DeadlineUnreachable, TimeSpan.Zero), (never.Reason, never.RetryAfter));
        // A short one does not wait for them.
        Assert.Null(simulation.Submit(terms, [[8]]).Refusal);
        // By its share, a newcomer is through long before the others.
        Assert.Null(simulation.Submit(new RequestTerms { Client = Simulation.Client("new"), Timeout = TimeSpan.FromSeconds(4) }, [[250]]).Refusal);
    }

    [Fact]
    public void Sizes_have_limits()
    {
        Simulation simulation = new(new SchedulerOptions { MaxRequestTokens = 1000, MaxQueuedBytes = 40_000 });
        ServingClient client = Simulation.Client("a");
        Refusal tokens = simulation.Submit(client, 500, 501).Refusal!;
        Assert.Equal((RefusalReason.TooLarge, TimeSpan.Zero), (tokens.Reason, tokens.RetryAfter));
        Assert.Equal("the request has 1001 tokens, at most 1000", tokens.Message);
        Assert.Equal(RefusalReason.TooLarge, simulation.Submit(client, 500, 500).Refusal!.Reason);
        Assert.Null(simulation.Submit(client, 500).Refusal);
        Refusal full = simulation.Submit(Simulation.Client("b"), 500).Refusal!;
        Assert.Equal(RefusalReason.Overloaded, full.Reason);
        Assert.True(full.RetryAfter >= TimeSpan.FromSeconds(1));
        simulation.RunToTheEnd();
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void A_request_larger_than_the_queue_is_let_in_and_leaves_room_for_others()
    {
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromSeconds(1) });
        ServingClient large = Simulation.Client("large"), second = Simulation.Client("second");
        Assert.Null(simulation.Submit(large, [.. Enumerable.Repeat(500, 50)]).Refusal);
        Assert.True(simulation.Scheduler.Load.WaitSeconds > 10);
        Assert.Equal(RefusalReason.Overloaded, simulation.Submit(large, 8).Refusal!.Reason);
        Assert.Null(simulation.Submit(second, [.. Enumerable.Repeat(500, 20)]).Refusal);
        List<SimulatedRequest> small = [];
        for (int i = 0; i < 10; i++)
        {
            (SimulatedRequest? request, Refusal? refusal) = simulation.Submit(Simulation.Client($"small {i}"), 8);
            Assert.Null(refusal);
            small.Add(request!);
        }
        // One that sends without end still gets no more than half of what they have left.
        ServingClient greedy = Simulation.Client("greedy");
        int admitted = 0;
        while (simulation.Submit(greedy, 8).Refusal is null)
            admitted++;
        Assert.InRange(admitted * 8 / simulation.TrueRate, 0.05, 0.15);
        simulation.RunUntil(simulation.Clock.Seconds + 1);
        Assert.All(small, request => Assert.True(request.Succeeded));
        simulation.RunToTheEnd();
        simulation.AssertNothingIsLeft();
        Assert.Equal(0, simulation.Scheduler.Queue.Beyond);
        Assert.Null(simulation.Submit(large, 8).Refusal);
    }

    [Fact]
    public void Quotas_refill_and_are_taken_only_by_what_is_admitted()
    {
        Simulation simulation = new(new SchedulerOptions());
        ServingClient client = new(
            new ClientOptions { Name = "a", TokensPerMinute = 600, RequestsPerMinute = 10, MaxConcurrent = 2 }, simulation.Clock);
        Assert.Null(simulation.Submit(client, 250).Refusal);
        Assert.Null(simulation.Submit(client, 250).Refusal);
        Refusal concurrent = simulation.Submit(client, 1).Refusal!;
        Assert.Equal(RefusalReason.QuotaExceeded, concurrent.Reason);
        Assert.Contains("at most 2 at a time", concurrent.Message);
        simulation.RunToTheEnd();
        Assert.Equal(8, client.Requests!.Value.Remaining);
        Refusal tokens = simulation.Submit(client, 300).Refusal!;
        Assert.Equal(RefusalReason.QuotaExceeded, tokens.Reason);
        Assert.InRange(tokens.RetryAfter.TotalSeconds, 19, 25);
        Assert.InRange(client.Tokens!.Value.Remaining, 99, 110);
        simulation.Clock.Advance(tokens.RetryAfter.TotalSeconds);
        Assert.Null(simulation.Submit(client, 300).Refusal);
        Assert.Equal(RefusalReason.QuotaExceeded, simulation.Scheduler.Charge(client, 300)!.Reason);
        // More than a minute's worth goes once the bucket is full, and is paid off afterwards.
        simulation.Clock.Advance(120);
        Assert.Null(simulation.Scheduler.Charge(client, 1200));
        Assert.Equal(0, client.Tokens!.Value.Remaining);
        Assert.InRange(client.Tokens!.Value.Reset.TotalSeconds, 119, 121);
    }

    [Fact]
    public void The_rate_follows_what_is_measured()
    {
        Simulation simulation = new(new SchedulerOptions { MaxQueue = TimeSpan.FromMinutes(10), RequestTimeout = TimeSpan.FromHours(1) }, trueRate: 500);
        simulation.Work.Cost.Learn(100_000, 10);
        Assert.InRange(simulation.Work.Cost.Rate, 5_000, 10_000);
        simulation.Submit(Simulation.Client("a"), [.. Enumerable.Repeat(128, 200)]);
        simulation.RunToTheEnd();
        Assert.InRange(simulation.Work.Cost.Rate, 480, 560);
    }
}
