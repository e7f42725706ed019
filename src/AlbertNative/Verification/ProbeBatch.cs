using AlbertNative.Model;
using AlbertNative.Tensors;

namespace AlbertNative;

/// <summary>A few sequences of ids to compare computations by, the same for every model of a size.</summary>
internal sealed class ProbeBatch
{
    private const int Longest = 64;

    private readonly List<int[]> _sequences = [];

    public ProbeBatch(ModelConfig config)
    {
        Random random = new(20200209);
        foreach (int length in (int[])[1, 5, 17, Longest])
        {
            int[] ids = new int[Math.Min(length, config.MaxPositionCount)];
            for (int i = 0; i < ids.Length; i++)
                ids[i] = random.Next(config.VocabularySize);
            _sequences.Add(ids);
        }
    }

    /// <summary>The number of sequences.</summary>
    public int Count => _sequences.Count;

    /// <summary>All last hidden states, one after the other, computed in one batch.</summary>
    public float[] Together(EncoderHead head, CancellationToken cancellationToken) => Run(head, _sequences, cancellationToken);

    /// <summary>The same, each sequence in a batch of its own.</summary>
    public float[] OneByOne(EncoderHead head, CancellationToken cancellationToken) =>
        [.. _sequences.SelectMany(sequence => Run(head, [sequence], cancellationToken))];

    /// <summary>The cosine of two lists of numbers, in double precision.</summary>
    public static double Cosine(float[] a, float[] b)
    {
        double product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }
        return product / Math.Sqrt(squareA * squareB);
    }

    private static float[] Run(EncoderHead head, List<int[]> sequences, CancellationToken cancellationToken)
    {
        TokenBatch batch = new();
        foreach (int[] sequence in sequences)
            batch.Add(sequence);
        Matrix states = head.Forward(batch, cancellationToken: cancellationToken).LastHiddenState;
        float[] values = new float[states.Rows * states.Columns];
        for (int row = 0; row < states.Rows; row++)
            states[row].CopyTo(values.AsSpan(row * states.Columns));
        return values;
    }
}
