namespace AlbertNative.Tensors.Threading;

/// <summary>
/// Work for a whole team: every thread runs the same program, and the steps inside it share out their tiles.
/// All threads must reach the same steps in the same order with the same tile counts.
/// </summary>
public abstract class TeamProgram
{
    /// <summary>The program, run once by each thread of the team.</summary>
    protected internal abstract void Run(TeamThread thread);
}

/// <summary>One step of a <see cref="TeamProgram"/>, cut into tiles that any thread may execute in any order.</summary>
public interface ITeamStep
{
    /// <summary>Executes one tile; must not depend on which thread does so.</summary>
    void Execute(int tile, TeamThread thread);
}
