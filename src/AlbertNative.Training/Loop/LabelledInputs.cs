using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Examples of one sequence each.</summary>
internal abstract class SequenceInputs(ModelInput[] inputs) : PreparedExamples
{
    public override int Count => inputs.Length;

    public override int CutCount => inputs.Count(input => input.IsCut);

    public override int TokensOf(int example) => inputs[example].Length;

    public override void AddTo(TokenBatch batch, int example) => batch.Add(inputs[example].InputIds, inputs[example].TokenTypeIds);
}

/// <summary>Examples of several sequences each, which follow each other in a batch.</summary>
internal abstract class GroupedInputs(ModelInput[][] inputs) : PreparedExamples
{
    public override int Count => inputs.Length;

    public override int CutCount => inputs.Count(group => group.Any(input => input.IsCut));

    public override int TokensOf(int example) => inputs[example].Sum(input => input.Length);

    public override void AddTo(TokenBatch batch, int example)
    {
        foreach (ModelInput input in inputs[example])
            batch.Add(input.InputIds, input.TokenTypeIds);
    }
}

/// <summary>One label for each sequence, or one for each of its tokens.</summary>
/// <param name="inputs">The sequences.</param>
/// <param name="labels">For each sequence its label alone, or those of all of its tokens; -100 for none.</param>
/// <param name="smoothing">Label smoothing.</param>
/// <param name="classWeights">What each class's loss counts; null for 1.</param>
internal class LabelledInputs(ModelInput[] inputs, int[][] labels, double smoothing = 0, float[]? classWeights = null) : SequenceInputs(inputs)
{
    public int[] LabelsOf(int example) => labels[example];

    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
    {
        List<int> all = [];
        foreach (int example in examples)
            all.AddRange(labels[example]);
        return new ClassTargets([.. all], classWeights, smoothing);
    }
}

/// <summary>Numbers for each sequence: values of a regression, or for each of several labels whether it is the sequence's.</summary>
/// <param name="inputs">The sequences.</param>
/// <param name="values">For each sequence as many as the model has scores.</param>
/// <param name="binary">Whether they are labels, 0 or 1.</param>
internal sealed class ValuedInputs(ModelInput[] inputs, float[][] values, bool binary) : SequenceInputs(inputs)
{
    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
    {
        List<float> all = [];
        foreach (int example in examples)
            all.AddRange(values[example]);
        return new ValueTargets([.. all], binary);
    }
}
