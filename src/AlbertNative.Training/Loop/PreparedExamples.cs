using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Examples as a model reads them, with what it should say of each.</summary>
public abstract class PreparedExamples
{
    /// <summary>The number of examples.</summary>
    public abstract int Count { get; }

    /// <summary>The tokens of an example.</summary>
    public abstract int TokensOf(int example);

    /// <summary>How many examples were too long, and cut off.</summary>
    public virtual int CutCount => 0;

    /// <summary>The line, from 1, that an example stands on in its file; 0 where it stands on none, as a block of joined lines.</summary>
    public virtual int LineOf(int example) => 0;

    /// <summary>Whether an example has other tokens, or other scores are asked of it, in each epoch.</summary>
    internal virtual bool ChangesByEpoch => false;

    /// <summary>Appends an example's sequences to a batch.</summary>
    public abstract void AddTo(TokenBatch batch, int example);

    /// <summary>Called before the first update of an epoch, for what is drawn anew in each.</summary>
    public virtual void BeginEpoch(int epoch)
    {
    }

    /// <summary>The rows of a batch of these examples whose scores are needed, ascending; empty for all.</summary>
    public virtual int[] RowsOf(ReadOnlySpan<int> examples) => [];

    /// <summary>Whether the loss is one of all examples of an update together, which <see cref="JointTargetsOf"/> makes.</summary>
    internal virtual bool JoinsExamples => false;

    /// <summary>
    /// What the scores of an update's examples should be, where those of one micro-batch depend on all others
    /// (<see cref="JoinsExamples"/>); else each micro-batch has <see cref="TargetsOf"/> of its own.
    /// </summary>
    internal virtual JointTargets JointTargetsOf(ReadOnlySpan<int> examples) => throw new NotSupportedException("no loss joins these examples");

    /// <summary>What the scores of a batch of these examples should be.</summary>
    public abstract TrainingTargets TargetsOf(ReadOnlySpan<int> examples);
}
