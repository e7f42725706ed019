using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Threading;

/// <summary>One thread's place in a <see cref="ThreadTeam"/>: its claim on the next tile and its scratch memory.</summary>
public sealed class TeamThread
{
    private readonly ThreadTeam _team;
    private PinnedFloats _scratch = new(0);
    private bool _isAlone;
    private long _claim;
    private long _end;

    internal TeamThread(ThreadTeam team, int index)
    {
        _team = team;
        Index = index;
    }

    /// <summary>Which of the team's threads this is, from 0.</summary>
    public int Index { get; }

    /// <summary>The number of threads that share the steps: this one alone within a tile of <see cref="ForEachAlone"/>.</summary>
    public int TeamSize => _isAlone ? 1 : _team.Size;

    /// <summary>
    /// Runs <paramref name="tiles"/> tiles of <paramref name="step"/>, shared with the other threads of the team, and
    /// returns when all of them are done, whoever did them.
    /// </summary>
    /// <exception cref="OperationCanceledException">The program was cancelled, or failed on another thread.</exception>
    public void ForEach<TStep>(int tiles, in TStep step)
        where TStep : ITeamStep, allows ref struct
    {
        _team.ThrowIfStopped();
        if (TeamSize == 1)
        {
            for (int tile = 0; tile < tiles; tile++)
                Unsafe.AsRef(in step).Execute(tile, this);
            return;
        }
        // Claims count up over the whole program: one that lies beyond this step is kept for the step it belongs to.
        long start = _end;
        _end += tiles;
        while (_claim < _end)
        {
            if (_claim >= start)
            {
                Unsafe.AsRef(in step).Execute((int)(_claim - start), this);
                _team.TileDone();
            }
            _claim = _team.NextClaim();
        }
        _team.WaitUntilDone(_end);
    }

    /// <summary>
    /// As <see cref="ForEach"/>, for tiles that are made of steps themselves: the thread that takes one runs its steps by itself.
    /// </summary>
    /// <exception cref="OperationCanceledException">The program was cancelled, or failed on another thread.</exception>
    public void ForEachAlone<TStep>(int tiles, in TStep step)
        where TStep : ITeamStep, allows ref struct => ForEach(tiles, new AloneStep<TStep>(in step));

    internal void Begin()
    {
        _isAlone = false;
        _claim = -1;
        _end = 0;
    }

    /// <summary>This thread's scratch memory, at least <paramref name="floats"/> long, with undefined contents.</summary>
    internal unsafe float* Scratch(int floats)
    {
        if (_scratch.Length < floats)
            _scratch = new PinnedFloats(floats);
        return _scratch.Data;
    }

    private readonly ref struct AloneStep<TStep>(in TStep step) : ITeamStep
        where TStep : ITeamStep, allows ref struct
    {
        private readonly TStep _step = step;

        public void Execute(int tile, TeamThread thread)
        {
            bool wasAlone = thread._isAlone;
            thread._isAlone = true;
            _step.Execute(tile, thread);
            // Where a tile throws, the thread leaves the program.
            thread._isAlone = wasAlone;
        }
    }
}
