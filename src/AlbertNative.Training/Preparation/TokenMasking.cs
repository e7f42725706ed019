using AlbertNative.Model;

namespace AlbertNative.Training;

/// <summary>
/// Hides tokens for masked language modelling: of those chosen, some become <c>[MASK]</c>, some a random token, the rest
/// stay (Devlin et al., arXiv:1810.04805).
/// </summary>
/// <param name="MaskId">The id of <c>[MASK]</c>.</param>
/// <param name="VocabularySize">Random tokens are below it.</param>
internal sealed record TokenMasking(int MaskId, int VocabularySize)
{
    /// <summary>The share of tokens that are chosen.</summary>
    public double Probability { get; init; } = 0.15;

    /// <summary>The share of the chosen that become <c>[MASK]</c>.</summary>
    public double MaskShare { get; init; } = 0.8;

    /// <summary>The share of the chosen that become a random token.</summary>
    public double RandomShare { get; init; } = 0.1;

    /// <summary>
    /// Chooses each token by itself, as Hugging Face's collator: four draws for each, in [0, 1), used as
    /// chosen, to <c>[MASK]</c>, to a random token, which.
    /// </summary>
    /// <param name="inputIds">The tokens.</param>
    /// <param name="isSpecial">Which of them are special, and never chosen.</param>
    /// <param name="draw">The number <c>draw(token, which)</c>.</param>
    public MaskedInput MaskEach(ReadOnlySpan<int> inputIds, Func<int, bool> isSpecial, Func<int, int, double> draw)
    {
        int[] ids = inputIds.ToArray();
        int[] labels = new int[ids.Length];
        Array.Fill(labels, ClassTargets.Ignored);
        for (int token = 0; token < ids.Length; token++)
        {
            if (isSpecial(token) || draw(token, 0) >= Probability)
                continue;
            labels[token] = ids[token];
            ids[token] = Replace(ids[token], Choose(draw(token, 1), () => draw(token, 2)), () => draw(token, 3));
        }
        return new(ids, labels);
    }

    /// <summary>Chooses runs of up to three whole words, as ALBERT does: <see cref="NGramChoice"/>.</summary>
    /// <param name="inputIds">The tokens.</param>
    /// <param name="words">The word of each token; negative for special tokens.</param>
    /// <param name="random">The draws.</param>
    public MaskedInput MaskNGrams(ReadOnlySpan<int> inputIds, ReadOnlySpan<int> words, PhiloxStream random)
    {
        int[] ids = inputIds.ToArray();
        int[] labels = new int[ids.Length];
        Array.Fill(labels, ClassTargets.Ignored);
        foreach (Range run in NGramChoice.Choose(words, Probability, random))
        {
            // One draw for the whole run: its tokens share their fate, though not the random token.
            Fate fate = Choose(random.NextDouble(), random.NextDouble);
            (int start, int length) = run.GetOffsetAndLength(ids.Length);
            for (int token = start; token < start + length; token++)
            {
                labels[token] = ids[token];
                ids[token] = Replace(ids[token], fate, random.NextDouble);
            }
        }
        return new(ids, labels);
    }

    private enum Fate
    {
        Mask,
        Random,
        Stay,
    }

    private Fate Choose(double first, Func<double> second) =>
        first < MaskShare ? Fate.Mask
        : MaskShare < 1 && second() < RandomShare / (1 - MaskShare) ? Fate.Random
        : Fate.Stay;

    private int Replace(int id, Fate fate, Func<double> draw) => fate switch
    {
        Fate.Mask => MaskId,
        Fate.Random => (int)(draw() * VocabularySize),
        _ => id,
    };
}
