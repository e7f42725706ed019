using AlbertNative.Model;
using AlbertNative.Tokenization;

namespace AlbertNative.Training;

/// <summary>
/// Two consecutive segments each, in the document's order: swapped half of the time, and some of their words hidden, otherwise
/// in each epoch, but the same whenever an epoch is gone through again.
/// </summary>
internal sealed class SegmentInputs((SegmentTokens First, SegmentTokens Second)[] pairs, Tokenizer tokenizer, uint seed) : PreparedExamples
{
    private const int SpecialTokens = 3;

    private readonly TokenMasking _masking = new(tokenizer.MaskId, tokenizer.VocabularySize);
    private readonly Philox _random = new(seed, RandomPurpose.Masking);
    private int _epoch;

    public override int Count => pairs.Length;

    public override void BeginEpoch(int epoch) => _epoch = epoch;

    internal override bool ChangesByEpoch => true;

    public override int TokensOf(int example) => pairs[example].First.Length + pairs[example].Second.Length + SpecialTokens;

    public override void AddTo(TokenBatch batch, int example)
    {
        (MaskedInput input, int second, _) = Draw(example);
        int[] types = new int[input.InputIds.Length];
        types.AsSpan(second).Fill(1);
        batch.Add(input.InputIds, types);
    }

    public override int[] RowsOf(ReadOnlySpan<int> examples)
    {
        List<int> rows = [];
        int start = 0;
        foreach (int example in examples)
        {
            int[] labels = Draw(example).Input.Labels;
            rows.AddRange(Enumerable.Range(0, labels.Length).Where(token => labels[token] != ClassTargets.Ignored).Select(token => start + token));
            start += labels.Length;
        }
        return [.. rows];
    }

    public override TrainingTargets TargetsOf(ReadOnlySpan<int> examples) =>
        new PreTrainingTargets(new ClassTargets(WordsOf(examples)), new ClassTargets(SwapsOf(examples)));

    /// <summary>The hidden words of the rows of <see cref="RowsOf"/>; every example has one.</summary>
    public int[] WordsOf(ReadOnlySpan<int> examples)
    {
        List<int> words = [];
        foreach (int example in examples)
            words.AddRange(Draw(example).Input.Labels.Where(label => label != ClassTargets.Ignored));
        return [.. words];
    }

    /// <summary>For each example 0 for segments in order, 1 for swapped ones.</summary>
    public int[] SwapsOf(ReadOnlySpan<int> examples)
    {
        int[] swaps = new int[examples.Length];
        for (int i = 0; i < swaps.Length; i++)
            swaps[i] = Draw(examples[i]).IsSwapped ? 1 : 0;
        return swaps;
    }

    private (MaskedInput Input, int Second, bool IsSwapped) Draw(int example)
    {
        PhiloxStream random = _random.Stream(_epoch, example);
        (SegmentTokens first, SegmentTokens second) = pairs[example];
        bool swapped = random.NextDouble() < 0.5;
        if (swapped)
            (first, second) = (second, first);
        int[] ids = [tokenizer.ClsId, .. first.Ids, tokenizer.SepId, .. second.Ids, tokenizer.SepId];
        int[] words = [-1, .. first.Words, -1, .. second.Words, -1];
        return (_masking.MaskNGrams(ids, words, random), first.Length + 2, swapped);
    }
}
