using AlbertNative.Tensors.Threading;

namespace AlbertNative.Tests.Tensors;

/// <summary>Short ways to run steps on a team.</summary>
internal static class Team
{
    /// <summary>No test may wait longer for a team than this.</summary>
    public static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program on a team of its own.</summary>
    public static void Run(int threads, Action<TeamThread> program)
    {
        using ThreadTeam team = new(threads);
        team.Execute(program);
    }

    /// <summary>Runs a program that cannot be cancelled.</summary>
    public static void Execute(this ThreadTeam team, Action<TeamThread> program) => team.Run(new Program(program));

    /// <summary>Runs a program that cannot be cancelled.</summary>
    public static void Execute(this ThreadTeam team, TeamProgram program) => team.Run(program);

    /// <summary>Runs a step made of a delegate.</summary>
    public static void Execute(this TeamThread thread, int tiles, Action<int> execute) =>
        thread.ForEach(tiles, new Step(execute));

    /// <summary>Waits until all threads have come here.</summary>
    public static void Meet(this Barrier barrier) => Assert.True(barrier.SignalAndWait(Watchdog), "a thread did not come");

    /// <summary>Waits for another thread's signal.</summary>
    public static void Await(this ManualResetEventSlim signal) => Assert.True(signal.Wait(Watchdog), "no signal came");

    /// <summary>A program made of a delegate, which every thread of the team runs.</summary>
    public sealed class Program(Action<TeamThread> run) : TeamProgram
    {
        protected internal override void Run(TeamThread thread) => run(thread);
    }

    /// <summary>A step made of a delegate, which takes each tile's number.</summary>
    public readonly struct Step(Action<int> execute) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => execute(tile);
    }

    /// <summary>A step made of a delegate, which takes each tile's number and the thread that executes it.</summary>
    public readonly struct ThreadStep(Action<int, TeamThread> execute) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => execute(tile, thread);
    }
}
