using AlbertNative.Model;

namespace AlbertNative.Cli;

/// <summary>
/// The floating-point operations of a forward pass, counted as everyone counts them: two for each multiply-add of the
/// products and of attention, none for the rest.
/// </summary>
internal static class ForwardFlops
{
    /// <summary>
    /// tokens · (E·H + layers · (4·H² + 2·H·I + 2·n·H)) · 2 for texts of n tokens. Where a head asks for some rows, the
    /// last layer counts keys and values of all tokens (2·H²) and the rest for these rows alone, which is what is computed.
    /// </summary>
    public static double Count(ModelConfig config, TokenBatch batch, BenchHead head)
    {
        double hidden = config.HiddenSize, multiplyAdds = 0;
        for (int sequence = 0; sequence < batch.SequenceCount; sequence++)
        {
            int tokens = batch.RowsOf(sequence).Length;
            double row = (4 * hidden * hidden) + (2 * hidden * config.IntermediateSize) + (2 * tokens * hidden);
            double keysAndValues = 2 * hidden * hidden;
            double lastLayer = head == BenchHead.All ? tokens * row : (tokens * keysAndValues) + (row - keysAndValues);
            multiplyAdds += (tokens * config.EmbeddingSize * hidden) + ((config.StepCount - 1) * tokens * row) + lastLayer;
        }
        return 2 * multiplyAdds;
    }
}
