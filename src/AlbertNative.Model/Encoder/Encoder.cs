using System.Collections.Immutable;
using AlbertNative.Tensors;
using AlbertNative.Tensors.Threading;
using static AlbertNative.Tensors.TensorOps;

namespace AlbertNative.Model;

/// <summary>
/// Embeddings and layers (Devlin et al., arXiv:1810.04805; Lan et al., arXiv:1909.11942): layers of a group share their
/// weights. Every thread of a team runs <see cref="Forward"/>; each line is a step that they share.
/// </summary>
internal sealed class Encoder(ModelConfig config, EncoderWeights weights)
{
    private readonly Activation _activation = config.Activation.ToTensorActivation();

    /// <summary>The last layer's output: [tokens, hidden], or [selected, hidden] where the workspace selects rows.</summary>
    public Matrix Forward(TeamThread thread, Workspace w)
    {
        Embed(thread, w);
        Keep(thread, w, 0);
        for (int layer = 0; layer < config.LayerCount; layer++)
        {
            ImmutableArray<LayerWeights> group = weights.Groups[config.GroupOf(layer)];
            for (int inner = 0; inner < group.Length; inner++)
            {
                if (w.Selects && layer == config.LayerCount - 1 && inner == group.Length - 1)
                    return SelectedLayer(thread, w, group[inner]);
                Layer(thread, w, group[inner]);
            }
            Keep(thread, w, layer + 1);
        }
        return w.Hidden;
    }

    /// <summary>True where every layer has the same weights, so that one product can hold rows of different depths.</summary>
    public bool SharesAllLayers => config.GroupCount == 1;

    /// <summary>
    /// One layer over rows that have come as far as it, or where all layers are the same, over rows of any depth; of the
    /// sequences that join, the embeddings first.
    /// </summary>
    /// <returns>The layer's output: [rows, hidden], or [selected, hidden] where the workspace selects rows.</returns>
    public Matrix Step(TeamThread thread, Workspace w, int layer)
    {
        if (w.Batch.TokenCount > 0)
            Embed(thread, w);
        ImmutableArray<LayerWeights> group = weights.Groups[config.GroupOf(layer)];
        for (int inner = 0; inner < group.Length; inner++)
        {
            if (w.Selects && inner == group.Length - 1)
                return SelectedLayer(thread, w, group[inner]);
            Layer(thread, w, group[inner]);
        }
        return w.Hidden;
    }

    /// <summary>The first layer's input. Without a projection the embeddings are the hidden states, in the same memory.</summary>
    private void Embed(TeamThread thread, Workspace w)
    {
        thread.ForEach(EmbeddingStep.TilesOf(w.Batch), new EmbeddingStep(weights, w.Batch, w.Embedded));    // [tokens, E]
        foreach (LinearWeights projection in weights.EmbeddingProjections)
            Linear(thread, w.Embedded, projection, w.Projected);                                            // [tokens, H]
    }

    /// <summary>Replaces the hidden states by the next ones: blocks of sequences, each by one thread, then what all threads share.</summary>
    private void Layer(TeamThread thread, Workspace w, LayerWeights layer)
    {
        thread.ForEachAlone(w.Blocks.Alone.Length, new LayerStep(this, w, layer));
        if (w.Blocks.Rest.Rows > 0)
            Layer(thread, w, layer, w.Blocks.Rest);
    }

    private void Layer(TeamThread thread, Workspace w, LayerWeights layer, SequenceBlock block)
    {
        LayerMemory m = w.MemoryOf(thread);
        Matrix x = w.Hidden.Slice(block.FirstRow, block.Rows);
        Matrix queryKeyValue = m.QueryKeyValue.Slice(0, block.Rows), context = m.Context.Slice(0, block.Rows);
        RowParts parts = w.PartsOf(block.Rows, thread);
        ForEach(thread, parts, new ProductStep(parts, x, layer.QueryKeyValue, queryKeyValue, Range.All));   // [rows, 3H]
        Attention(thread, queryKeyValue, queryKeyValue, w.Blocks.SpansOf(block), config.HeadCount, context, layer.QueryKeyValue.Precision); // [rows, H]
        ForEach(thread, parts, new FeedForwardStep(parts, this, w, layer, context, x));                     // [rows, H]
    }

    /// <summary>A step whose rows need nothing of each other: each part by one thread, or where there is only one, by all threads.</summary>
    private static void ForEach<TStep>(TeamThread thread, RowParts parts, TStep step)
        where TStep : ITeamStep
    {
        if (parts.Count == 1)
            step.Execute(0, thread);
        else
            thread.ForEachAlone(parts.Count, step);
    }

    /// <summary>What follows attention.</summary>
    private void FeedForward(TeamThread thread, Workspace w, LayerWeights layer, Matrix context, Matrix x)
    {
        LayerMemory m = w.MemoryOf(thread);
        Matrix attended = m.Attended.Slice(0, x.Rows), intermediate = m.Intermediate.Slice(0, x.Rows);
        LinearAddNorm(thread, context, layer.AttentionOutput, x, layer.AttentionNorm, attended);            // [rows, H]
        LinearActivation(thread, attended, layer.Ffn, _activation, intermediate);                           // [rows, I]
        LinearAddNorm(thread, intermediate, layer.FfnOutput, attended, layer.FullLayerNorm, x);             // [rows, H]
    }

    /// <summary>
    /// The last layer for the rows that the heads ask for: keys and values of all tokens, the rest of the selected ones.
    /// </summary>
    private Matrix SelectedLayer(TeamThread thread, Workspace w, LayerWeights layer)
    {
        GatherRows(thread, w.Hidden, w.Selected, w.SelectedHidden);                                         // [selected, H]
        Linear(thread, w.SelectedHidden, layer.QueryKeyValue, w.SelectedQuery, ..config.HiddenSize);
        thread.ForEachAlone(w.Blocks.Alone.Length, new SelectedAttentionStep(this, w, layer));
        if (w.Blocks.Rest.Rows > 0)
            SelectedAttention(thread, w, layer, w.Blocks.Rest);
        RowParts parts = w.PartsOf(w.SelectedHidden.Rows, thread);
        ForEach(thread, parts, new FeedForwardStep(parts, this, w, layer, w.SelectedContext, w.SelectedHidden));
        return w.SelectedHidden;
    }

    private void SelectedAttention(TeamThread thread, Workspace w, LayerWeights layer, SequenceBlock block)
    {
        Matrix keyValue = w.MemoryOf(thread).QueryKeyValue.Slice(0, block.Rows);
        Matrix x = w.Hidden.Slice(block.FirstRow, block.Rows);
        RowParts parts = w.PartsOf(block.Rows, thread);
        ForEach(thread, parts, new ProductStep(parts, x, layer.QueryKeyValue, keyValue, config.HiddenSize..));
        Attention(thread, w.SelectedQuery, keyValue, w.Blocks.SelectedSpansOf(block), config.HeadCount, w.SelectedContext, layer.QueryKeyValue.Precision);
    }

    private static void Keep(TeamThread thread, Workspace w, int state)
    {
        if (w.KeepsHiddenStates)
            CopyRows(thread, w.Hidden, w.HiddenStates[state]);
    }

    private readonly struct LayerStep(Encoder encoder, Workspace w, LayerWeights layer) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => encoder.Layer(thread, w, layer, w.Blocks.Alone[tile]);
    }

    private readonly struct SelectedAttentionStep(Encoder encoder, Workspace w, LayerWeights layer) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread) => encoder.SelectedAttention(thread, w, layer, w.Blocks.Alone[tile]);
    }

    private readonly struct ProductStep(RowParts parts, Matrix x, LinearWeights weights, Matrix y, Range columns) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread)
        {
            (int first, int rows) = (parts.FirstOf(tile), parts.RowsOf(tile));
            Linear(thread, x.Slice(first, rows), weights, y.Slice(first, rows), columns);
        }
    }

    private readonly struct FeedForwardStep(RowParts parts, Encoder encoder, Workspace w, LayerWeights layer, Matrix context, Matrix x) : ITeamStep
    {
        public void Execute(int tile, TeamThread thread)
        {
            (int first, int rows) = (parts.FirstOf(tile), parts.RowsOf(tile));
            encoder.FeedForward(thread, w, layer, context.Slice(first, rows), x.Slice(first, rows));
        }
    }
}
