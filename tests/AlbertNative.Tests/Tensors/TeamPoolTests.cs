using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Tensors;

public sealed class TeamPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Eight_callers_share_a_pool(int threads)
    {
        using TeamPool pool = new(threads);
        Assert.Equal(threads, pool.TeamSize);
        Callers(8, caller =>
        {
            for (int run = 0; run < 60; run++)
            {
                int sum = 0;
                pool.Execute(thread =>
                {
                    thread.Execute(20, tile => Interlocked.Add(ref sum, tile));
                    thread.Execute(3, _ => Interlocked.Add(ref sum, caller));
                });
                Assert.Equal(190 + (3 * caller), sum);
            }
        });
    }

    [Fact]
    public void Failures_and_cancellations_of_some_callers_do_not_touch_the_others()
    {
        using TeamPool pool = new(2);
        Callers(8, caller =>
        {
            using CancellationTokenSource cancelled = new();
            cancelled.Cancel();
            for (int run = 0; run < 60; run++)
            {
                int sum = 0;
                Team.Program program = new(thread => thread.Execute(10, tile =>
                {
                    if (caller % 4 == 1 && tile == run % 10)
                        throw new InvalidDataException();
                    Interlocked.Increment(ref sum);
                }));
                if (caller % 4 == 1)
                    Assert.Throws<InvalidDataException>(() => pool.Execute(program));
                else if (caller % 4 == 2)
                    Assert.Throws<OperationCanceledException>(() => pool.Run(program, cancelled.Token));
                else
                    pool.Execute(program);
                if (caller % 2 == 0)
                    Assert.Equal(caller % 4 == 2 ? 0 : 10, sum);
            }
        });
    }

    [Fact]
    public void A_caller_that_waits_for_a_team_can_be_cancelled()
    {
        // More threads than cores: there is one team, and it is taken.
        using TeamPool pool = new(ProcessorInfo.PhysicalCores + 1);
        using ManualResetEventSlim taken = new(), release = new();
        Thread holder = Start(() => pool.Execute(thread => thread.Execute(1, _ =>
        {
            taken.Set();
            release.Await();
        })));
        taken.Await();
        using CancellationTokenSource source = new();
        Exception? thrown = null;
        Thread waiting = Start(() => thrown = Record.Exception(() => pool.Run(new Team.Program(_ => { }), source.Token)));
        source.CancelAfter(TimeSpan.FromMilliseconds(50));
        Assert.True(waiting.Join(Team.Watchdog));
        Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(thrown).CancellationToken);

        release.Set();
        Assert.True(holder.Join(Team.Watchdog));
        int runs = 0;
        Callers(3, _ => pool.Execute(thread => thread.Execute(1, _ => Interlocked.Increment(ref runs))));
        Assert.Equal(3, runs);
    }

    [Fact]
    public void Disposal_refuses_new_callers_and_lets_the_others_finish()
    {
        TeamPool pool = new(2);
        using ManualResetEventSlim taken = new(), release = new();
        int finished = 0;
        Team.Program program = new(thread => thread.Execute(1, _ =>
        {
            taken.Set();
            release.Await();
            Interlocked.Increment(ref finished);
        }));
        Thread running = Start(() => pool.Execute(program));
        taken.Await();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Execute(program));
        release.Set();
        Assert.True(running.Join(Team.Watchdog));
        Assert.Equal(1, finished);
        pool.Dispose();
    }

    [Fact]
    public void A_warm_pool_allocates_nothing()
    {
        using TeamPool pool = new(2);
        Team.Program program = new(thread => thread.ForEach(8, default(NoStep)));
        pool.Execute(program);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int run = 0; run < 200; run++)
            pool.Execute(program);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        // A place in the queue for each caller, once, when it first has to wait. One round in many sees the runtime
        // itself allocate on a caller's thread; what the pool allocates it would allocate in every one.
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 2000; round++)
            least = Math.Min(least, AllocatedByCallers(pool, program));
        Assert.InRange(least, 0, 2000);
    }

    [Fact]
    public void Threads_are_counted_from_one() => Assert.Throws<ArgumentOutOfRangeException>(() => new TeamPool(0));

    private static long AllocatedByCallers(TeamPool pool, Team.Program program)
    {
        long allocated = 0;
        Callers(4, _ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int run = 0; run < 500; run++)
                pool.Execute(program);
            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        });
        return allocated;
    }

    /// <summary>Runs an action on several threads at once and passes on their first failure.</summary>
    private static void Callers(int count, Action<int> run)
    {
        Exception? failure = null;
        using Barrier start = new(count);
        Thread[] callers = [.. Enumerable.Range(0, count).Select(caller => Start(() =>
        {
            start.Meet();
            if (Record.Exception(() => run(caller)) is { } exception)
                Interlocked.CompareExchange(ref failure, exception, null);
        }))];
        Assert.All(callers, caller => Assert.True(caller.Join(Team.Watchdog), "callers are still waiting for each other"));
        Assert.Null(failure);
    }

    private static Thread Start(ThreadStart run)
    {
        Thread thread = new(run) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private readonly struct NoStep : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => Thread.SpinWait(20);
    }
}
