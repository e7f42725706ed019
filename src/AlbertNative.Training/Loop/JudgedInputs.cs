using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Prepared examples beside the texts that they were made of, by which they are judged.</summary>
internal sealed class JudgedInputs(PreparedExamples inputs, DataSet<LabelledText> texts) : PreparedExamples
{
    public DataSet<LabelledText> Texts => texts;

    public override int Count => inputs.Count;

    public override int CutCount => inputs.CutCount;

    public override int LineOf(int example) => texts[example].Line;

    public override int TokensOf(int example) => inputs.TokensOf(example);

    public override void AddTo(TokenBatch batch, int example) => inputs.AddTo(batch, example);

    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples) => inputs.TargetsOf(examples);
}
