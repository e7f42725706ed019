using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Tensors;

public sealed class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_tile_is_executed_once_and_steps_follow_each_other(int threads)
    {
        int[] tiles = [1, 0, 7, 1000, 2, 3, 0, 64];
        int[][] executions = [.. tiles.Select(count => new int[count])];
        int early = 0, done = 0;
        using ThreadTeam team = new(threads);
        Team.Program program = new(thread =>
        {
            Assert.Equal(threads, thread.TeamSize);
            int before = 0;
            for (int step = 0; step < tiles.Length; step++)
            {
                int[] executed = executions[step];
                int required = before;
                thread.Execute(tiles[step], tile =>
                {
                    if (Volatile.Read(ref done) < required)
                        Interlocked.Increment(ref early);
                    Interlocked.Increment(ref executed[tile]);
                    Interlocked.Increment(ref done);
                });
                before += tiles[step];
                if (Volatile.Read(ref done) < before)
                    Interlocked.Increment(ref early);
            }
        });
        for (int run = 1; run <= 50; run++)
        {
            done = 0;
            team.Execute(program);
            Assert.Equal(0, early);
            Assert.All(executions, step => Assert.All(step, count => Assert.Equal(run, count)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_tile_of_steps_is_one_threads(int threads)
    {
        const int Tiles = 9, Steps = 3, InnerTiles = 7;
        int[] executions = new int[Tiles];
        int others = 0;
        using ThreadTeam team = new(threads);
        team.Execute(thread =>
        {
            Assert.InRange(thread.Index, 0, threads - 1);
            thread.ForEachAlone(Tiles, new Team.ThreadStep((tile, worker) =>
            {
                int id = Environment.CurrentManagedThreadId;
                Assert.Same(thread, worker);
                for (int step = 0; step < Steps; step++)
                {
                    Assert.Equal(1, worker.TeamSize);
                    worker.ForEachAlone(InnerTiles, new Team.Step(_ =>
                    {
                        if (Environment.CurrentManagedThreadId != id)
                            Interlocked.Increment(ref others);
                        Interlocked.Increment(ref executions[tile]);
                    }));
                }
            }));
            Assert.Equal(threads, thread.TeamSize);
        });
        Assert.Equal(0, others);
        Assert.All(executions, count => Assert.Equal(Steps * InnerTiles, count));
    }

    [Fact]
    public void A_tile_that_throws_leaves_no_thread_alone()
    {
        using ThreadTeam team = new(2);
        Assert.Throws<InvalidTimeZoneException>(() => team.Execute(thread =>
            thread.ForEachAlone(2, new Team.Step(_ => throw new InvalidTimeZoneException()))));
        team.Execute(thread => Assert.Equal(2, thread.TeamSize));
    }

    [Fact]
    public void All_threads_work_where_there_is_work_for_all()
    {
        using ThreadTeam team = new(3);
        HashSet<int> workers = [];
        using Barrier together = new(3);
        team.Execute(thread => thread.Execute(3, _ =>
        {
            lock (workers)
                workers.Add(Environment.CurrentManagedThreadId);
            together.Meet();
        }));
        Assert.Equal(3, workers.Count);
        Assert.Contains(Environment.CurrentManagedThreadId, workers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_exception_reaches_the_caller_and_leaves_the_team_usable(int threads)
    {
        using ThreadTeam team = new(threads);
        for (int failing = 0; failing < 40; failing++)
        {
            InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => team.Execute(thread =>
            {
                thread.Execute(40, tile =>
                {
                    if (tile == failing)
                        throw new InvalidDataException($"tile {tile}");
                });
                thread.Execute(1, _ => Assert.Fail("the next step ran"));
            }));
            Assert.Equal($"tile {failing}", thrown.Message);

            int executed = 0;
            team.Execute(thread => thread.Execute(100, _ => Interlocked.Increment(ref executed)));
            Assert.Equal(100, executed);
        }
    }

    [Fact]
    public void An_exception_of_a_helper_reaches_the_caller()
    {
        using ThreadTeam team = new(2);
        using Barrier together = new(2);
        int caller = Environment.CurrentManagedThreadId;
        Assert.Throws<InvalidDataException>(() => team.Execute(thread => thread.Execute(2, _ =>
        {
            together.Meet();
            if (Environment.CurrentManagedThreadId != caller)
                throw new InvalidDataException();
        })));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Cancellation_stops_at_the_next_step(int threads)
    {
        using ThreadTeam team = new(threads);
        using CancellationTokenSource source = new();
        int tiles = 0;
        OperationCanceledException thrown = Assert.Throws<OperationCanceledException>(() => team.Run(new Team.Program(thread =>
        {
            thread.Execute(9, tile =>
            {
                Interlocked.Increment(ref tiles);
                if (tile == 4)
                    source.Cancel();
            });
            thread.Execute(9, _ => Assert.Fail("the next step ran"));
        }), source.Token));
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.Throws<OperationCanceledException>(() => team.Run(
            new Team.Program(thread => thread.Execute(1, _ => Assert.Fail("a step ran"))), source.Token));

        team.Execute(thread => thread.Execute(5, _ => Interlocked.Increment(ref tiles)));
        Assert.InRange(tiles, 6, 14);
    }

    [Fact]
    public void Helpers_wake_up_however_long_they_slept()
    {
        using ThreadTeam team = new(2);
        int executed = 0;
        Team.Program program = new(thread => thread.Execute(8, _ => Interlocked.Increment(ref executed)));
        for (int run = 0; run < 300; run++)
        {
            team.Execute(program);
            // Long enough, now and then, that the helper is about to sleep, or asleep.
            if (run % 3 == 0)
                Thread.SpinWait(run * 100);
            if (run % 50 == 0)
                Thread.Sleep(5);
        }
        Assert.Equal(300 * 8, executed);
    }

    [Fact]
    public void Disposal_ends_the_threads()
    {
        HashSet<Thread> helpers = [];
        using (ThreadTeam team = new(3))
        {
            using Barrier together = new(3);
            team.Execute(thread => thread.Execute(3, _ =>
            {
                if (Thread.CurrentThread.Name == "AlbertNative")
                {
                    lock (helpers)
                        helpers.Add(Thread.CurrentThread);
                }
                together.Meet();
            }));
        }
        Assert.Equal(2, helpers.Count);
        Assert.All(helpers, thread => Assert.True(thread.Join(Team.Watchdog)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_warm_team_allocates_nothing(int threads)
    {
        using ThreadTeam team = new(threads);
        AllocationProgram program = new(threads);
        for (int run = 0; run < 20; run++)
            team.Execute(program);
        // The runtime may allocate on a thread of the team once in a while, as when it optimises: not in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            program.Reset();
            for (int run = 0; run < 200; run++)
            {
                team.Execute(program);
                if (run == 100)
                    Thread.Sleep(20);
            }
            least = Math.Min(least, program.AllocatedBytes);
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void Sizes_and_programs_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadTeam(0));
        using ThreadTeam team = new(1);
        Assert.Throws<ArgumentNullException>(() => team.Execute((TeamProgram)null!));
    }

    /// <summary>Sums up what each thread has allocated between its first step and its last since <see cref="Reset"/>.</summary>
    private sealed class AllocationProgram(int threads) : TeamProgram
    {
        private readonly int[] _ids = new int[threads];
        private readonly long[] _first = new long[threads];
        private readonly long[] _last = new long[threads];

        public long AllocatedBytes => _last.Sum() - _first.Sum();

        public void Reset()
        {
            Array.Clear(_ids);
            Array.Clear(_first);
            Array.Clear(_last);
        }

        protected internal override void Run(TeamThread thread)
        {
            Record();
            thread.ForEach(16, new SpinStep());
            thread.ForEach(3, new SpinStep());
            Record();
        }

        private void Record()
        {
            int id = Environment.CurrentManagedThreadId, place = 0;
            while (_ids[place] != id && Interlocked.CompareExchange(ref _ids[place], id, 0) != 0)
                place++;
            _last[place] = GC.GetAllocatedBytesForCurrentThread();
            if (_first[place] == 0)
                _first[place] = _last[place];
        }
    }

    private readonly struct SpinStep : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => Thread.SpinWait(50);
    }
}
