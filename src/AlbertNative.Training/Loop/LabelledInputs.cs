using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>One label for each sequence, or one for each of its tokens.</summary>
/// <param name="inputs">The sequences.</param>
/// <param name="labels">For each sequence its label alone, or those of all of its tokens; -100 for none.</param>
/// <param name="smoothing">Label smoothing.</param>
/// <param name="classWeights">What each class's loss counts; null for 1.</param>
internal class LabelledInputs(ModelInput[] inputs, int[][] labels, double smoothing = 0, float[]? classWeights = null) : PreparedExamples
{
    public override int Count => inputs.Length;

    public int[] LabelsOf(int example) => labels[example];

    public override int TokensOf(int example) => inputs[example].Length;

    public override void AddTo(TokenBatch batch, int example) => batch.Add(inputs[example].InputIds, inputs[example].TokenTypeIds);

    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples)
    {
        List<int> all = [];
        foreach (int example in examples)
            all.AddRange(labels[example]);
        return new ClassTargets([.. all], classWeights, smoothing);
    }
}
