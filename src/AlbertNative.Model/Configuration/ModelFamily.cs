namespace AlbertNative.Model;

/// <summary>A family of models (<c>model_type</c>): what its files call things. All families are computed alike.</summary>
public enum ModelFamily
{
    /// <summary>ALBERT (Lan et al., arXiv:1909.11942): factorised embeddings, layers that share the weights of their group.</summary>
    Albert,

    /// <summary>BERT (Devlin et al., arXiv:1810.04805): every layer is a group of its own, and embeddings are as wide as the layers.</summary>
    Bert,
}
