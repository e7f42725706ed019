namespace AlbertNative.Tensors;

/// <summary>Where in a model dropout is applied.</summary>
public enum DropoutPlace
{
    /// <summary>After the embeddings' LayerNorm; one row for each token.</summary>
    Embeddings,

    /// <summary>The attention probabilities of a layer; one row for each head and query, one element for each key.</summary>
    Attention,

    /// <summary>The attention's output of a layer, before the residual; one row for each token.</summary>
    AttentionOutput,

    /// <summary>The feed-forward output of a layer, before the residual (BERT alone); one row for each token.</summary>
    FfnOutput,

    /// <summary>What goes into the head's classifier; one row for each token, or one for each sequence.</summary>
    Head,
}

/// <summary>One row of a dropout mask, named so that it is the same whenever, and by whichever thread, it is asked for.</summary>
/// <param name="Place">Where the mask is applied.</param>
/// <param name="Layer">The layer's number among all of them, counting inner layers; 0 outside the layers.</param>
/// <param name="Sequence">The sequence in the batch.</param>
/// <param name="Head">The attention head; 0 elsewhere.</param>
/// <param name="Row">The token within its sequence: for attention the query.</param>
public readonly record struct DropoutRow(DropoutPlace Place, int Layer, int Sequence, int Head, int Row);

/// <summary>
/// The masks of one forward and backward pass (Srivastava et al., JMLR 15, 2014): each element is kept with
/// probability 1 - p and then multiplied by 1 / (1 - p). Called by several threads at once, and again in the backward
/// pass, so that no mask is ever stored: the same row must always get the same factors.
/// </summary>
public abstract class DropoutMasks
{
    /// <summary>Whether anything is dropped at a place at all.</summary>
    public abstract bool Applies(DropoutPlace place);

    /// <summary>Writes the factors of one row, 0 or 1 / (1 - p), one for each element.</summary>
    public abstract void Fill(in DropoutRow row, Span<float> factors);
}
