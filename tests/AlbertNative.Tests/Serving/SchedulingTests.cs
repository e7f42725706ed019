using AlbertNative.Serving;

namespace AlbertNative.Tests.Serving;

/// <summary>Who goes when, in simulated time.</summary>
public sealed class SchedulingTests
{
    private static readonly SchedulerOptions Long = new() { MaxQueue = TimeSpan.FromHours(1), RequestTimeout = TimeSpan.FromHours(10), MaxRequestTokens = 10_000_000 };

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(5, 2, false)]
    public void Clients_that_wait_get_their_shares(double first, double second, bool mixesDepths)
    {
        Simulation simulation = new(Long, mixesDepths: mixesDepths);
        ServingClient a = Simulation.Client("a", first), b = Simulation.Client("b", second);
        // One asks with few large requests, the other with many small ones.
        for (int i = 0; i < 20; i++)
            simulation.Submit(a, [.. Enumerable.Repeat(200, 100)]);
        for (int i = 0; i < 2000; i++)
            simulation.Submit(b, 100, 100);
        double worst = 0, began = simulation.Clock.Seconds;
        while (simulation.Clock.Seconds < began + 60)
        {
            Assert.True(simulation.Step());
            double ofA = Served(a) / first, ofB = Served(b) / second;
            worst = Math.Max(worst, Math.Abs(ofA - ofB));
        }
        // Start-time fair queueing: at most the largest pieces of both; and what is inside has been computed only in part.
        Assert.True(worst <= 2 * 3 * 256 * 12, $"{worst} tokens times layers apart");

        double Served(ServingClient client) => simulation.Computed.Where(entry => entry.Key.Client == client).Sum(entry => (double)entry.Value);
    }

    [Fact]
    public void A_short_text_does_not_wait_behind_long_ones()
    {
        Simulation simulation = new(Long);
        ServingClient bulk = Simulation.Client("bulk");
        for (int i = 0; i < 50; i++)
            simulation.Submit(bulk, [.. Enumerable.Repeat(512, 32)]);
        double bulkStep = (512 + (512.0 * 512 / 3225) + 7) / 12 / 2000, shortSteps = (8 + 1 + 7) / 2000.0, worst = 0;
        for (int i = 0; i < 40; i++)
        {
            simulation.RunUntil(simulation.Clock.Seconds + 0.0377);
            SimulatedRequest request = simulation.Submit(Simulation.Client("short"), 8).Request!;
            while (request.Outcomes == 0)
                simulation.Step();
            worst = Math.Max(worst, request.EndedAt - request.AdmittedAt);
        }
        // At most the bulk's step that is under way, then steps of its own with at most every fifth for the bulk.
        Assert.True(worst < (bulkStep * 2) + (2 * shortSteps), $"{worst:F4} s, a bulk step takes {bulkStep:F4} s");
    }

    [Fact]
    public void Short_texts_without_end_leave_long_ones_their_share()
    {
        Simulation simulation = new(Long);
        ServingClient bulk = Simulation.Client("bulk");
        SimulatedRequest slow = simulation.Submit(bulk, [.. Enumerable.Repeat(400, 200)]).Request!;
        double began = simulation.Clock.Seconds, bulkTime = 0;
        for (int i = 0; i < 100_000 && simulation.Clock.Seconds < began + 20; i++)
        {
            if (simulation.Work.Express.Requests < 40)
                simulation.Submit(Simulation.Client($"short {i % 100}"), 8, 8, 8, 8);
            long before = simulation.Computed.GetValueOrDefault(slow);
            double at = simulation.Clock.Seconds;
            Assert.True(simulation.Step());
            if (simulation.Computed.GetValueOrDefault(slow) > before)
                bulkTime += simulation.Clock.Seconds - at;
        }
        Assert.InRange(bulkTime / (simulation.Clock.Seconds - began), 0.18, 0.3);
    }

    [Fact]
    public void One_among_many_greedy_ones_is_served()
    {
        Simulation simulation = new(Long);
        for (int c = 0; c < 50; c++)
        {
            ServingClient greedy = Simulation.Client($"greedy {c}");
            for (int i = 0; i < 10; i++)
                simulation.Submit(greedy, [.. Enumerable.Repeat(250, 20)]);
        }
        simulation.RunUntil(simulation.Clock.Seconds + 5);
        SimulatedRequest late = simulation.Submit(Simulation.Client("late"), 100, 100).Request!;
        while (late.Outcomes == 0)
            simulation.Step();
        // Each of the others has at most one sequence before each of its two, of 280 tokens' cost at 2000 a second.
        Assert.True(late.EndedAt - late.AdmittedAt < 2 * 51 * 280 / 2000.0 * 1.1, $"{late.EndedAt - late.AdmittedAt:F1} s");
    }

    [Fact]
    public void A_small_request_is_not_behind_a_large_one_of_its_own_client()
    {
        Simulation simulation = new(Long);
        ServingClient client = Simulation.Client("one");
        simulation.Submit(client, [.. Enumerable.Repeat(200, 2000)]);
        simulation.RunUntil(simulation.Clock.Seconds + 3);
        SimulatedRequest small = simulation.Submit(client, 200, 200).Request!;
        while (small.Outcomes == 0)
            simulation.Step();
        Assert.True(small.EndedAt - small.AdmittedAt < 1, $"{small.EndedAt - small.AdmittedAt:F1} s");
    }

    [Fact]
    public void A_late_text_joins_at_the_next_layer()
    {
        Simulation simulation = new(Long);
        SimulatedRequest early = simulation.Submit(Simulation.Client("a"), 100).Request!;
        for (int layer = 0; layer < 5; layer++)
            simulation.Step();
        SimulatedRequest late = simulation.Submit(Simulation.Client("b"), 100).Request!;
        int steps = 0;
        for (; late.Outcomes == 0; steps++)
            simulation.Step();
        Assert.True(early.Succeeded);
        Assert.Equal(12, steps);
    }

    [Fact]
    public void A_request_has_waited_until_its_last_text_is_begun_and_computes_until_that_is_done()
    {
        Simulation simulation = new(Long with { StepTokens = 64 });
        SimulatedRequest request = simulation.Submit(Simulation.Client("a"), 64, 64, 64).Request!;
        simulation.RunToTheEnd();

        // One after another: whoever took means of the three would have half of the wait, and a third of the time.
        Assert.Equal(request.Admitted, request.FirstTaken);
        double waited = Seconds(request.Admitted, request.LastTaken), computed = Seconds(request.FirstTaken, request.Ended);
        Assert.Equal(2.0 / 3, waited / computed, 2);

        double Seconds(long from, long to) => simulation.Clock.GetElapsedTime(from, to).TotalSeconds;
    }

    [Fact]
    public void A_text_longer_than_a_step_goes_alone()
    {
        Simulation simulation = new(Long with { StepTokens = 64 });
        ServingClient client = Simulation.Client("a");
        simulation.Submit(client, 50, 512, 10, 300, 64, 65, 1);
        simulation.RunToTheEnd();
        simulation.AssertNothingIsLeft();
        Assert.True(simulation.Requests[0].Succeeded);
    }

    [Fact]
    public void Only_the_request_whose_step_fails_is_lost()
    {
        Simulation simulation = new(Long);
        List<SimulatedRequest> good = [];
        SimulatedRequest? bad = null;
        for (int i = 0; i < 30; i++)
        {
            RequestTerms terms = new() { Client = Simulation.Client($"client {i % 4}") };
            SimulatedRequest request = simulation.Submit(terms, [[20 + i], [30, 40, 50]], isPoison: i == 11).Request!;
            if (i == 11)
                bad = request;
            else
                good.Add(request);
        }
        simulation.RunToTheEnd();
        Assert.IsType<InvalidDataException>(bad!.Failure);
        Assert.All(good, request => Assert.True(request.Succeeded));
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void A_worker_outlives_whatever_fails()
    {
        Simulation simulation = new(Long);
        int failures = 0;
        simulation.CreatingStepper = () =>
        {
            if (failures++ < 2)
                throw new InvalidOperationException("no memory");
        };
        for (int i = 0; i < 5; i++)
            simulation.Submit(Simulation.Client($"client {i}"), 100, 200);
        simulation.RunToTheEnd();
        Assert.Equal(2, simulation.Requests.Count(request => request.Failure is InvalidOperationException));
        Assert.Equal(3, simulation.Requests.Count(request => request.Succeeded));
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void What_has_ended_is_not_computed_beyond_the_layer()
    {
        Simulation simulation = new(Long);
        using CancellationTokenSource gone = new();
        SimulatedRequest left = simulation.Submit(new RequestTerms { Client = Simulation.Client("a") }, [[100], [100], [300]], gone.Token).Request!;
        SimulatedRequest stays = simulation.Submit(Simulation.Client("b"), 50).Request!;
        simulation.Step();
        simulation.Step();
        gone.Cancel();
        Assert.IsType<OperationCanceledException>(left.Failure);
        long computed = simulation.Computed[left];
        simulation.RunToTheEnd();
        Assert.Equal(computed, simulation.Computed[left]);
        Assert.True(stays.Succeeded);
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void Deadlines_end_what_waits_and_what_runs()
    {
        Simulation simulation = new(Long);
        ServingClient client = Simulation.Client("a");
        SimulatedRequest running = simulation.Submit(
            new RequestTerms { Client = client, Timeout = TimeSpan.FromSeconds(1) }, [[500], [500], [200]]).Request!;
        // What comes later changes the estimate.
        for (int i = 0; i < 20; i++)
            simulation.Submit(Simulation.Client($"others {i}"), [.. Enumerable.Repeat(500, 10)]);
        simulation.RunUntil(running.AdmittedAt + 0.2);
        SimulatedRequest waiting = simulation.Submit(
            new RequestTerms { Client = Simulation.Client("b"), Timeout = TimeSpan.FromSeconds(8), Priority = RequestPriority.Bulk }, [[500]]).Request!;
        Assert.Equal(0, running.Outcomes);
        simulation.RunUntil(running.AdmittedAt + 1.1);
        Assert.Equal(RequestStage.Running, Assert.IsType<DeadlineExceededException>(running.Failure).Stage);
        Assert.InRange(running.EndedAt - running.AdmittedAt, 1, 1.05 + 0.05);
        Assert.Equal(1, simulation.Rings);
        simulation.RunToTheEnd();
        Assert.True(waiting.Succeeded || waiting.Failure is DeadlineExceededException);
        simulation.AssertNothingIsLeft();
    }

    [Fact]
    public void Nobody_is_woken_before_a_deadline()
    {
        Simulation simulation = new(Long);
        RequestTerms terms = new() { Client = Simulation.Client("a"), Timeout = TimeSpan.FromSeconds(30) };
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(simulation.Submit(terms, [[8]]).Refusal);
            simulation.RunUntil(simulation.Clock.Seconds + 0.1);
        }
        Assert.Equal(0, simulation.Rings);
        // At the deadline of the first, which is over: then there is nothing to wait for.
        simulation.RunUntil(simulation.Clock.Seconds + 60);
        Assert.Equal(1, simulation.Rings);
        simulation.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1, true, 1)]
    [InlineData(2, true, 2)]
    [InlineData(3, false, 1)]
    [InlineData(4, false, 3)]
    public void Whatever_happens_every_request_ends_once(int seed, bool mixesDepths, int workers)
    {
        for (int run = 0; run < 40; run++)
            Chaos(new Random((1000 * seed) + run), mixesDepths, workers);
    }

    // What can never be admitted is not told when to come again.
    private static bool IsHopeless(Refusal refusal) => refusal.Reason == RefusalReason.TooLarge
        || refusal.Reason == RefusalReason.DeadlineUnreachable && refusal.RetryAfter == TimeSpan.Zero;

    private static void Chaos(Random random, bool mixesDepths, int workers)
    {
        Simulation simulation = new(
            new SchedulerOptions
            {
                Workers = workers,
                StepTokens = random.Next(1, 300),
                MaxQueue = TimeSpan.FromSeconds(random.Next(1, 20)),
                RequestTimeout = TimeSpan.FromSeconds(random.Next(1, 30)),
                MaxQueuedBytes = random.Next(10_000, 500_000),
            },
            layers: random.Next(1, 13), mixesDepths: mixesDepths, models: 2);
        ServingClient[] clients = [.. Enumerable.Range(0, 6).Select(c => new ServingClient(
            new ClientOptions { Name = $"{c}", Weight = 1 + c, MaxConcurrent = c == 5 ? 3 : null, Priority = (RequestPriority)(c % 3) }, simulation.Clock))];
        List<CancellationTokenSource> sources = [];
        int drained = random.Next(3) == 0 ? random.Next(400, 500) : 500;
        for (int i = 0; i < 500; i++)
        {
            if (i == drained)
                simulation.Scheduler.BeginDrain();
            if (random.Next(50) == 0)
                simulation.Swap(random.Next(2));
            if (random.Next(20) == 0)
                simulation.Stalled = random.Next(2) == 0 ? random.Next(workers) : null;
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    CancellationTokenSource source = new();
                    sources.Add(source);
                    if (random.Next(20) == 0)
                        source.Cancel();
                    int[][] lengths = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ =>
                        Enumerable.Range(0, random.Next(4) == 0 ? random.Next(2, 5) : 1).Select(_ => random.Next(1, random.Next(2) == 0 ? 30 : 400)).ToArray())];
                    RequestTerms terms = new()
                    {
                        Client = clients[random.Next(6)],
                        Timeout = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.NextDouble() * 3) : null,
                        Priority = random.Next(4) == 0 ? RequestPriority.Bulk : null,
                    };
                    (_, Refusal? refusal) = simulation.Submit(terms, lengths, source.Token, isPoison: random.Next(25) == 0, model: random.Next(2));
                    Assert.True(i < drained || refusal is not null, "a request was let in while the scheduler drained");
                    if (refusal is not null && refusal.Reason != RefusalReason.Draining && !IsHopeless(refusal))
                        Assert.InRange(refusal.RetryAfter.TotalSeconds, 1, 60);
                    break;
                case 3 when sources.Count > 0:
                    sources[random.Next(sources.Count)].Cancel();
                    break;
                case 4:
                    simulation.Clock.Advance(random.NextDouble() * 0.3);
                    simulation.Clock.Ring();
                    break;
                default:
                    for (int s = random.Next(1, 15); s > 0; s--)
                        simulation.Step();
                    break;
            }
        }
        simulation.Stalled = null;
        if (random.Next(4) == 0)
            simulation.Scheduler.Queue.EndAll(static () => new SchedulerStoppedException());
        simulation.RunToTheEnd();
        simulation.AssertNothingIsLeft();
        foreach (SimulatedRequest request in simulation.Requests)
            Assert.True(!request.IsPoison || !request.Succeeded || request.Computed() == 0, "poison went through");
    }
}

internal static class SimulatedRequestExtensions
{
    public static int Computed(this SimulatedRequest request) => request.Finished.Count;
}
