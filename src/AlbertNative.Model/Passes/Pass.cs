using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// One pass of the encoder for the calls of one or of several callers, and each call's head over the rows of its own
/// sequences: the program that a team's threads run together. What a call gets does not depend on its company.
/// </summary>
internal sealed class Pass(Encoder encoder, Workspace workspace) : TeamProgram
{
    private readonly List<HeadCall> _calls = [];
    private readonly TokenBatch _merged = new();
    private int[] _rows = [];

    /// <summary>The calls that this pass is for; taken when it is their turn.</summary>
    public List<HeadCall> Calls => _calls;

    /// <summary>Lays out the calls' sequences one after the other, so that the program itself only computes.</summary>
    public void Prepare(int threads)
    {
        if (_calls.Count == 1)
        {
            HeadCall call = _calls[0];
            call.FirstState = 0;
            workspace.Prepare(call.Batch, call.TakesAllRows ? default : call.Rows, call.HiddenStates, threads);
            return;
        }
        _merged.Clear();
        int states = 0;
        bool all = true;
        foreach (HeadCall call in _calls)
        {
            call.FirstState = states;
            states += call.StateCount;
            all &= call.TakesAllRows;
            _merged.Append(call.Batch);
        }
        workspace.Prepare(_merged, all ? default : MergedRows(states), hiddenStates: null, threads);
    }

    /// <summary>Lets go of the callers' objects.</summary>
    public void Release()
    {
        _calls.Clear();
        _merged.Clear();
        workspace.Release();
    }

    protected override void Run(TeamThread thread)
    {
        Matrix states = encoder.Forward(thread, workspace);
        foreach (HeadCall call in _calls)
            call.Run(thread, states.Slice(call.FirstState, call.StateCount));
    }

    /// <summary>The rows that any call needs, in the merged batch.</summary>
    private ReadOnlySpan<int> MergedRows(int count)
    {
        if (_rows.Length < count)
            _rows = new int[2 * count];
        int at = 0, firstRow = 0;
        foreach (HeadCall call in _calls)
        {
            for (int i = 0; i < call.StateCount; i++)
                _rows[at++] = firstRow + (call.TakesAllRows ? i : call.Rows[i]);
            firstRow += call.Batch.TokenCount;
        }
        return _rows.AsSpan(0, count);
    }
}
