using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>The token ids of a measurement: the rule that peers are measured with too.</summary>
internal static class BenchTokens
{
    private const int First = 5, Step = 7919, Span = 29990;

    /// <summary>Whether a vocabulary is too small for the rule's ids.</summary>
    public static bool AreCapped(ModelConfig config) => config.VocabularySize < First + Span;

    /// <summary>
    /// The texts of a shape: id i of the whole batch is 5 + 7919 i mod 29990, or where the vocabulary is smaller, modulo
    /// what it has from 5 on.
    /// </summary>
    public static TokenBatch Create(BenchShape shape, ModelConfig config)
    {
        int first = Math.Min(First, config.VocabularySize - 1), span = Math.Min(Span, config.VocabularySize - first);
        TokenBatch batch = new();
        int[] ids = new int[shape.Longest];
        long index = 0;
        foreach (int length in shape.Lengths())
        {
            for (int i = 0; i < length; i++)
                ids[i] = first + (int)(index++ * Step % span);
            batch.Add(ids.AsSpan(0, length));
        }
        return batch;
    }
}
