using System.Numerics.Tensors;
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
            TensorPrimitives.Add(row, weights.TokenTypeEmbeddings.AsSpan(batch.TokenTypeIds[token] * width, width), row);
            TensorPrimitives.Add(row, weights.PositionEmbeddings.AsSpan(batch.Positions[token] * width, width), row);
            weights.EmbeddingNorm.Normalize(row);
        }
    }
}
