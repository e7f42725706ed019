using System.Runtime.CompilerServices;

namespace AlbertNative.Tensors.Threading;

/// <summary>One thread's place in a <see cref="ThreadTeam"/>: its claim on the next tile and its scratch memory.</summary>
public sealed class TeamThread
{
    private readonly ThreadTeam _team;
    private PinnedFloats _scratch = new(0);
    private long _claim;
    private long _end;

    internal TeamThread(ThreadTeam team) => _team = team;

    /// <summary>The number of threads that share this program's steps.</summary>
    public int TeamSize => _team.Size;

    /// <summary>
    /// Runs <paramref name="tiles"/> tiles of <paramref name="step"/>, shared with the other threads of the team, and
    /// returns when all of them are done, whoever did them.
    /// </summary>
    /// <exception cref="OperationCanceledException">The program was cancelled, or failed on another thread.</exception>
    public void ForEach<TStep>(int tiles, in TStep step)
        where TStep : ITeamStep, allows ref struct
    {
        _team.ThrowIfStopped();
        if (_team.Size == 1)
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

    internal void Begin()
    {
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
}
