using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>
/// Sequences of any number of calls on their way through a model, one layer at a time: for a scheduler, which lets
/// sequences join and leave between two layers. What a call gets has the same bits as when it is computed by itself: a row
/// is multiplied, normalised and activated by itself, and attends within its sequence.
/// </summary>
/// <remarks>
/// Where all layers share their weights, as in every published ALBERT, sequences of different depths go through one product.
/// In other models those that are in a pass are at the same depth, so that others join when it is empty. Not for several
/// threads at a time.
/// </remarks>
public sealed class LayerPass : IDisposable
{
    private readonly PreTrainedModel _model;
    private readonly Encoder _encoder;
    private readonly Workspace _workspace;
    private readonly StepProgram _step;
    private readonly HeadProgram _head = new();
    private readonly List<Resident> _residents = [];
    private readonly List<PreparedCall> _completed = [];
    private readonly TokenBatch _joining = new();
    private readonly bool _quantizable;
    private MatrixBuffer _hidden;
    private int _capacity;
    private AttentionSpan[] _spans = [];
    private AttentionSpan[] _selectedSpans = [];
    private int[] _selected = [];
    private bool _disposed;

    /// <summary>Makes an empty pass, which keeps the model's files open until it is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public LayerPass(PreTrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Passes.Hold();
        _model = model;
        _encoder = model.CreateEncoder();
        _workspace = model.CreateWorkspace();
        _quantizable = model.Precision != WeightPrecision.Float32;
        _hidden = new MatrixBuffer(_quantizable);
        _step = new StepProgram(_encoder, _workspace);
    }

    /// <summary>True where sequences may join whatever depth the others have reached; else only when the pass is empty.</summary>
    public bool MixesDepths => _encoder.SharesAllLayers;

    /// <summary>The rows of all sequences in the pass.</summary>
    public int TokenCount { get; private set; }

    /// <summary>The number of sequences in the pass.</summary>
    public int SequenceCount => _residents.Count;

    /// <summary>True where a sequence may join now.</summary>
    public bool CanJoin => MixesDepths || _residents.Count == 0 || _residents[0].Depth == 0;

    /// <summary>The calls whose last sequence went through the last layer with the last step; their heads are still to be run.</summary>
    public IReadOnlyList<PreparedCall> Completed => _completed;

    /// <summary>Takes a sequence in, for the next step on.</summary>
    /// <exception cref="ArgumentException">The call is of another model, or has no such sequence.</exception>
    /// <exception cref="InvalidOperationException">The others have gone too far (<see cref="CanJoin"/>).</exception>
    /// <exception cref="ObjectDisposedException">The pass or the call was disposed.</exception>
    public void Join(PreparedCall call, int sequence)
    {
        ArgumentNullException.ThrowIfNull(call);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (call.Model.Passes != _model.Passes)
            throw new ArgumentException("the call is of another model", nameof(call));
        if (!CanJoin)
            throw new InvalidOperationException($"the pass is at layer {_residents[0].Depth} of a model whose layers differ");
        int length = call.LengthOf(sequence);
        call.ShapeStates();
        _residents.Add(new Resident(call, sequence, TokenCount, length, Depth: 0));
        TokenCount += length;
    }

    /// <summary>Takes all sequences of a call out; the others go on.</summary>
    public void Remove(PreparedCall call)
    {
        Matrix hidden = Shaped(TokenCount);
        int kept = 0, rows = 0;
        for (int i = 0; i < _residents.Count; i++)
        {
            Resident resident = _residents[i];
            if (resident.Call == call)
                continue;
            if (resident.Depth > 0)
                Move(hidden, resident.Start, hidden, rows, resident.Length);
            _residents[kept++] = resident with { Start = rows };
            rows += resident.Length;
        }
        _residents.RemoveRange(kept, _residents.Count - kept);
        TokenCount = rows;
    }

    /// <summary>Takes all sequences out.</summary>
    public void Clear()
    {
        _residents.Clear();
        _completed.Clear();
        TokenCount = 0;
    }

    /// <summary>
    /// Takes every sequence through one layer; those that come out of the last one leave. Where it throws, all sequences have
    /// left, and none of their calls is through.
    /// </summary>
    /// <param name="team">The threads.</param>
    /// <exception cref="InvalidOperationException">There is no sequence.</exception>
    /// <exception cref="ObjectDisposedException">The pass was disposed.</exception>
    public void Step(ThreadTeam team)
    {
        ArgumentNullException.ThrowIfNull(team);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_residents.Count == 0)
            throw new InvalidOperationException("there is no sequence in the pass");
        _completed.Clear();
        try
        {
            Matrix hidden = Prepare(team.Size);
            _step.Layer = MixesDepths ? 0 : _residents[0].Depth;
            team.Run(_step);
            Leave(hidden, _step.Output, selected: _workspace.Selects);
        }
        catch
        {
            Clear();
            throw;
        }
        finally
        {
            _workspace.Release();
        }
    }

    /// <summary>Computes the head of a call that is through, into its output.</summary>
    /// <exception cref="InvalidOperationException">The call is not through.</exception>
    /// <exception cref="ObjectDisposedException">The pass or the call was disposed.</exception>
    public void RunHead(ThreadTeam team, PreparedCall call)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentNullException.ThrowIfNull(call);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!call.IsThrough)
            throw new InvalidOperationException("the call has sequences that are not through the last layer");
        _head.Call = call;
        try
        {
            team.Run(_head);
        }
        finally
        {
            _head.Call = null;
        }
    }

    /// <summary>Takes all sequences out, and lets the model's files be closed.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Clear();
        _model.Passes.LetGo();
    }

    /// <summary>Lays out the next step: the sequences that join, and the rows that are needed of those in their last layer.</summary>
    private Matrix Prepare(int threads)
    {
        int count = _residents.Count, last = _model.Config.LayerCount - 1;
        if (_spans.Length < count)
        {
            _spans = new AttentionSpan[2 * count];
            _selectedSpans = new AttentionSpan[2 * count];
        }
        if (_selected.Length < TokenCount)
            _selected = new int[2 * TokenCount];
        _joining.Clear();
        int selected = 0;
        for (int i = 0; i < count; i++)
        {
            Resident resident = _residents[i];
            if (resident.Depth == 0)
                _joining.Append(resident.Call.Call.Batch, resident.Sequence);
            _spans[i] = new AttentionSpan(resident.Start, resident.Length, resident.Start, resident.Length);
            int first = selected;
            if (resident.Depth < last)
            {
                for (int row = 0; row < resident.Length; row++)
                    _selected[selected++] = resident.Start + row;
            }
            else
            {
                (int state, int states) = resident.Call.StatesOf(resident.Sequence);
                for (int s = state; s < state + states; s++)
                    _selected[selected++] = resident.Start + resident.Call.ColumnOf(s, resident.Sequence);
            }
            _selectedSpans[i] = new AttentionSpan(first, selected - first, resident.Start, resident.Length);
        }
        Matrix hidden = Shaped(TokenCount);
        _workspace.PrepareStep(
            hidden, _joining, _spans.AsSpan(0, count), _selected.AsSpan(0, selected), _selectedSpans.AsSpan(0, count), threads);
        return hidden;
    }

    /// <summary>Gives calls the rows of the sequences that are through, and moves the others together.</summary>
    private void Leave(Matrix hidden, Matrix output, bool selected)
    {
        int kept = 0, rows = 0, layers = _model.Config.LayerCount;
        for (int i = 0; i < _residents.Count; i++)
        {
            Resident resident = _residents[i];
            int from = selected ? _selectedSpans[i].QueryStart : resident.Start;
            if (resident.Depth + 1 < layers)
            {
                if (selected || from != rows)
                    Move(output, from, hidden, rows, resident.Length);
                _residents[kept++] = resident with { Start = rows, Depth = resident.Depth + 1 };
                rows += resident.Length;
                continue;
            }
            (int first, int count) = resident.Call.StatesOf(resident.Sequence);
            for (int s = 0; s < count; s++)
            {
                int row = selected ? from + s : from + resident.Call.ColumnOf(first + s, resident.Sequence);
                output[row].CopyTo(resident.Call.States[first + s]);
            }
            if (resident.Call.SequenceIsThrough())
                _completed.Add(resident.Call);
        }
        _residents.RemoveRange(kept, _residents.Count - kept);
        TokenCount = rows;
    }

    /// <summary>The hidden states, with room for so many rows and what they held.</summary>
    private Matrix Shaped(int rows)
    {
        int columns = _model.Config.HiddenSize;
        if (rows > _capacity)
        {
            // What joins is not computed yet, so that the rows that hold something are among the old ones.
            MatrixBuffer larger = new(_quantizable);
            Matrix old = _hidden.Shape(_capacity, columns), next = larger.Shape(rows, columns);
            Move(old, 0, next, 0, _capacity);
            (_hidden, _capacity) = (larger, rows);
        }
        return _hidden.Shape(_capacity, columns).Slice(0, rows);
    }

    /// <summary>Copies rows, within a matrix only towards its start.</summary>
    private static void Move(Matrix from, int source, Matrix to, int target, int count)
    {
        for (int row = 0; row < count; row++)
            from[source + row].CopyTo(to[target + row]);
    }

    /// <summary>One sequence in the pass.</summary>
    /// <param name="Call">Whose it is.</param>
    /// <param name="Sequence">Which of the call's.</param>
    /// <param name="Start">Its first row.</param>
    /// <param name="Length">The number of its rows.</param>
    /// <param name="Depth">The layers that it has gone through; at 0 its embeddings are not computed yet.</param>
    private readonly record struct Resident(PreparedCall Call, int Sequence, int Start, int Length, int Depth);

    private sealed class StepProgram(Encoder encoder, Workspace workspace) : TeamProgram
    {
        public int Layer { get; set; }

        public Matrix Output { get; private set; }

        protected override void Run(TeamThread thread)
        {
            // Every thread leaves the last step with the same matrix.
            Output = encoder.Step(thread, workspace, Layer);
        }
    }

    private sealed class HeadProgram : TeamProgram
    {
        public PreparedCall? Call { get; set; }

        protected override void Run(TeamThread thread) => Call!.Call.Run(thread, Call.States);
    }
}
