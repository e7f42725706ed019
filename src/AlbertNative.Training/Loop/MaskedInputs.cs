using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>Blocks of text some of whose tokens are hidden, others in each epoch, but the same whenever an epoch is gone through again.</summary>
/// <param name="blocks">The tokens of each block.</param>
/// <param name="masking">How tokens are hidden.</param>
/// <param name="isSpecial">Which tokens never are.</param>
/// <param name="seed">The seed of the draws.</param>
internal sealed class MaskedInputs(int[][] blocks, TokenMasking masking, Predicate<int> isSpecial, uint seed) : PreparedExamples
{
    private readonly Philox _random = new(seed, RandomPurpose.Masking);
    private int _epoch;

    public override int Count => blocks.Length;

    public override void BeginEpoch(int epoch) => _epoch = epoch;

    internal override bool ChangesByEpoch => true;

    public override int TokensOf(int example) => blocks[example].Length;

    public override void AddTo(TokenBatch batch, int example) => batch.Add(Mask(example).InputIds);

    public override int[] RowsOf(ReadOnlySpan<int> examples) => [.. Labelled(examples).Select(pair => pair.Row)];

    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples) => new ClassTargets(LabelsOf(examples));

    /// <summary>The hidden tokens of the rows of <see cref="RowsOf"/>.</summary>
    public int[] LabelsOf(ReadOnlySpan<int> examples) => [.. Labelled(examples).Select(pair => pair.Label)];

    private List<(int Row, int Label)> Labelled(ReadOnlySpan<int> examples)
    {
        List<(int, int)> labelled = [];
        int start = 0;
        foreach (int example in examples)
        {
            int[] labels = Mask(example).Labels;
            for (int token = 0; token < labels.Length; token++)
            {
                if (labels[token] != ClassTargets.Ignored)
                    labelled.Add((start + token, labels[token]));
            }
            start += labels.Length;
        }
        // No rows would mean all of them: where nothing is hidden one row is asked for, and has no label.
        return labelled.Count > 0 ? labelled : [(0, ClassTargets.Ignored)];
    }

    private MaskedInput Mask(int example)
    {
        int[] block = blocks[example];
        return masking.MaskEach(block, token => isSpecial(block[token]), Draw);

        double Draw(int token, int which)
        {
            (uint x, uint y, uint z, uint w) = _random.Bits((uint)token, (uint)_epoch, (uint)example, 0);
            return (which switch { 0 => x, 1 => y, 2 => z, _ => w }) * (1.0 / (1L << 32));
        }
    }
}
