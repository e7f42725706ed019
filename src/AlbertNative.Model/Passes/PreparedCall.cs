using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>
/// One call of a head that has been checked and shaped, and whose sequences go through the model in a
/// <see cref="LayerPass"/>. It belongs to one pass at a time; disposing it gives its memory back to its head.
/// </summary>
public sealed class PreparedCall : IDisposable
{
    private HeadCall? _call;
    private int _waiting;

    internal PreparedCall(HeadCall call, PreTrainedModel model)
    {
        _call = call;
        Model = model;
        TokenCount = call.Batch.TokenCount;
        SequenceCount = call.Batch.SequenceCount;
        Restart();
    }

    /// <summary>The tokens of all sequences.</summary>
    public int TokenCount { get; }

    /// <summary>The number of sequences, each of which joins a pass by itself.</summary>
    public int SequenceCount { get; }

    /// <summary>True once all sequences have gone through the last layer.</summary>
    public bool IsThrough => _waiting == 0;

    internal PreTrainedModel Model { get; }

    internal HeadCall Call => _call ?? throw new ObjectDisposedException(nameof(PreparedCall));

    /// <summary>The rows of the last hidden state that the head gets, [<see cref="HeadCall.StateCount"/>, hidden].</summary>
    internal Matrix States { get; private set; }

    /// <summary>The tokens of one sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sequence.</exception>
    /// <exception cref="ObjectDisposedException">The call was disposed.</exception>
    public int LengthOf(int sequence) => Call.Batch.RowsOf(sequence).Length;

    /// <summary>Forgets how far its sequences have come, so that they may join again; none may be in a pass.</summary>
    public void Restart() => _waiting = SequenceCount;

    /// <summary>Gives the memory back for other calls; its sequences must have left their pass.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _call, null)?.Return();
        States = default;
    }

    /// <summary>The rows of <see cref="States"/> that are a sequence's: [First, First + Count).</summary>
    internal (int First, int Count) StatesOf(int sequence)
    {
        (int start, int length) = Call.Batch.RowsOf(sequence);
        if (Call.TakesAllRows)
            return (start, length);
        ReadOnlySpan<int> rows = Call.Rows;
        int first = FirstAtLeast(rows, start);
        return (first, FirstAtLeast(rows, start + length) - first);
    }

    /// <summary>The place within its sequence of one of the rows that the head gets.</summary>
    internal int ColumnOf(int state, int sequence) =>
        (Call.TakesAllRows ? state : Call.Rows[state]) - Call.Batch.RowsOf(sequence).Start;

    /// <summary>Makes room for what the sequences leave behind.</summary>
    internal void ShapeStates()
    {
        if (States.Rows == 0)
            States = Call.ShapeStates(Model.Config.HiddenSize);
    }

    /// <summary>One more sequence is through; true where it was the last.</summary>
    internal bool SequenceIsThrough() => --_waiting == 0;

    private static int FirstAtLeast(ReadOnlySpan<int> rows, int value)
    {
        int found = rows.BinarySearch(value);
        return found < 0 ? ~found : found;
    }
}
