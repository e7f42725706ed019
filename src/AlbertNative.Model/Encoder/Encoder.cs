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

    /// <summary>Replaces the hidden states by the next ones, a block of sequences after the other.</summary>
    private void Layer(TeamThread thread, Workspace w, LayerWeights layer)
    {
        foreach (SequenceBlock block in w.Blocks)
        {
            Matrix hidden = w.Hidden.Slice(block.FirstRow, block.Rows), context = w.Context.Slice(0, block.Rows);
            Matrix queryKeyValue = w.QueryKeyValue.Slice(0, block.Rows);
            Linear(thread, hidden, layer.QueryKeyValue, queryKeyValue);                                     // [block, 3H]
            Attention(thread, queryKeyValue, queryKeyValue, w.SpansOf(block), config.HeadCount, context, layer.QueryKeyValue.Precision); // [block, H]
            FeedForward(thread, w, layer, context, hidden);                                                 // [block, H]
        }
    }

    /// <summary>What follows attention, each row by itself: a few rows at a time go through all of it.</summary>
    private void FeedForward(TeamThread thread, Workspace w, LayerWeights layer, Matrix context, Matrix hidden)
    {
        int most = w.EvenRows(hidden.Rows);
        for (int first = 0; first < hidden.Rows; first += most)
        {
            int count = Math.Min(most, hidden.Rows - first);
            Matrix x = hidden.Slice(first, count), attended = w.Attended.Slice(0, count), intermediate = w.Intermediate.Slice(0, count);
            LinearAddNorm(thread, context.Slice(first, count), layer.AttentionOutput, x, layer.AttentionNorm, attended); // [rows, H]
            LinearActivation(thread, attended, layer.Ffn, _activation, intermediate);                       // [rows, I]
            LinearAddNorm(thread, intermediate, layer.FfnOutput, attended, layer.FullLayerNorm, x);         // [rows, H]
        }
    }

    /// <summary>
    /// The last layer for the rows that the heads ask for: keys and values of all tokens, the rest of the selected ones.
    /// </summary>
    private Matrix SelectedLayer(TeamThread thread, Workspace w, LayerWeights layer)
    {
        int hidden = config.HiddenSize;
        Matrix context = w.Context.Slice(0, w.Selected.Length);
        GatherRows(thread, w.Hidden, w.Selected, w.SelectedHidden);                                         // [selected, H]
        Linear(thread, w.SelectedHidden, layer.QueryKeyValue, w.SelectedQuery, ..hidden);
        foreach (SequenceBlock block in w.Blocks)
        {
            Matrix keyValue = w.QueryKeyValue.Slice(0, block.Rows);
            Linear(thread, w.Hidden.Slice(block.FirstRow, block.Rows), layer.QueryKeyValue, keyValue, hidden..);
            Attention(thread, w.SelectedQuery, keyValue, w.SelectedSpansOf(block), config.HeadCount, context, layer.QueryKeyValue.Precision);
        }
        FeedForward(thread, w, layer, context, w.SelectedHidden);
        return w.SelectedHidden;
    }

    private static void Keep(TeamThread thread, Workspace w, int state)
    {
        if (w.KeepsHiddenStates)
            CopyRows(thread, w.Hidden, w.HiddenStates[state]);
    }
}
