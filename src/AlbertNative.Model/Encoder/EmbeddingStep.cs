using System.Numerics;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;

namespace AlbertNative.Model;

/// <summary>LayerNorm(word + type + position) for a few tokens at a time, [tokens, embedding].</summary>
internal readonly struct EmbeddingStep(EncoderWeights weights, TokenBatch batch, Matrix embedded) : ITeamStep
{
    private const int TokensPerTile = 16;

    private readonly Matrix _embedded = embedded;

    public static int TilesOf(TokenBatch batch) => (batch.TokenCount + TokensPerTile - 1) / TokensPerTile;

    public void Execute(int tile, TeamThread thread)
    {
        int width = _embedded.Columns;
        int end = Math.Min(batch.TokenCount, (tile + 1) * TokensPerTile);
        for (int token = tile * TokensPerTile; token < end; token++)
        {
            Span<float> row = _embedded[token];
            weights.WordEmbeddings.CopyTo((long)batch.InputIds[token] * width, row);
            Add(weights.TokenTypeEmbeddings.AsSpan(batch.TokenTypeIds[token] * width, width), row);
            Add(weights.PositionEmbeddings.AsSpan(batch.Positions[token] * width, width), row);
            weights.EmbeddingNorm.Normalize(row);
        }
    }

    /// <summary>TensorPrimitives does the same, but a fortieth of the time to a process's first result goes into its compilation.</summary>
    private static void Add(ReadOnlySpan<float> values, Span<float> sum)
    {
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + new Vector<float>(values[i..])).CopyTo(sum[i..]);
        for (; i < sum.Length; i++)
            sum[i] += values[i];
    }
}
