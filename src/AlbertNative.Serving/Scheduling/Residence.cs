namespace AlbertNative.Serving;

/// <summary>The sequences of one stream that one worker takes through the layers.</summary>
internal sealed class Residence(WorkStream stream, IStepper stepper) : IDisposable
{
    private ScheduledInput? _alone;
    private int _nextOfAlone;

    public WorkStream Stream { get; } = stream;

    public IStepper Stepper { get; } = stepper;

    /// <summary>Those inside, in the order in which they joined.</summary>
    public List<ScheduledSequence> Sequences { get; } = [];

    /// <summary>Those that join with the next step.</summary>
    public List<ScheduledSequence> Joining { get; } = [];

    /// <summary>Inputs whose sequences have to be taken out before the next step.</summary>
    public List<ScheduledInput> Leaving { get; } = [];

    /// <summary>Inputs that were in a step that failed: each goes through by itself, so that only the one that fails is lost.</summary>
    public Queue<ScheduledInput> Suspects { get; } = new();

    /// <summary>The tokens inside, those included that join.</summary>
    public int TokenCount { get; set; }

    public bool HasWork => Sequences.Count > 0 || Suspects.Count > 0 || _alone is not null;

    /// <summary>Whether a sequence may join: up to the budget, or a longer one by itself.</summary>
    public bool HasRoomFor(int length, int budget) => TokenCount == 0 || TokenCount + length <= budget;

    public void Join(ScheduledSequence sequence)
    {
        Joining.Add(sequence);
        Sequences.Add(sequence);
        TokenCount += sequence.Length;
    }

    /// <summary>Lets suspects in, one after the other.</summary>
    /// <returns>True where there are any, so that nobody else may join.</returns>
    public bool AdmitSuspects(int budget)
    {
        while (_alone is not null || Suspects.Count > 0)
        {
            if (_alone is null)
            {
                if (Sequences.Count > 0)
                    return true;
                _alone = Suspects.Dequeue();
                _nextOfAlone = 0;
            }
            JoinSuspect(_alone, budget);
            if (Sequences.Count > 0)
                return true;
            // All of it is through, or it has ended before it could join.
            if (_alone.Request.IsOver)
            {
                Leaving.Add(_alone);
                for (; _nextOfAlone < _alone.Taken; _nextOfAlone++)
                    Stream.Backlog -= (long)Stream.Work.Cost.Of(_alone.Request.LengthOf(_alone.Index, _nextOfAlone)) * Stream.Work.Layers;
            }
            _alone = null;
        }
        return false;
    }

    private void JoinSuspect(ScheduledInput input, int budget)
    {
        while (!input.Request.IsOver && _nextOfAlone < input.Taken)
        {
            int length = input.Request.LengthOf(input.Index, _nextOfAlone);
            if (!HasRoomFor(length, budget))
                return;
            Join(new ScheduledSequence(input, _nextOfAlone++, length, Stream.Work.Cost.Of(length), Depth: 0));
        }
    }

    /// <summary>Takes out, before the next step, all whose request has ended.</summary>
    /// <returns>What they had left to compute: costs in tokens, times layers.</returns>
    public long RemoveEnded()
    {
        long left = 0;
        int kept = 0;
        for (int i = 0; i < Sequences.Count; i++)
        {
            ScheduledSequence sequence = Sequences[i];
            if (!sequence.Input.Request.IsOver)
            {
                Sequences[kept++] = sequence;
                continue;
            }
            left += (long)sequence.Cost * (Stream.Work.Layers - sequence.Depth);
            Stream.Drop(sequence.Length, sequence.Depth);
            TokenCount -= sequence.Length;
            if (!Leaving.Contains(sequence.Input))
                Leaving.Add(sequence.Input);
        }
        Sequences.RemoveRange(kept, Sequences.Count - kept);
        return left;
    }

    /// <summary>Forgets all that is inside.</summary>
    public void Clear()
    {
        Sequences.Clear();
        Joining.Clear();
        TokenCount = 0;
        _alone = null;
    }

    public void Dispose() => Stepper.Dispose();
}
