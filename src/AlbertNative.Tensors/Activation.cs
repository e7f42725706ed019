namespace AlbertNative.Tensors;

/// <summary>The function that a product's epilogue applies to each element.</summary>
public enum Activation
{
    /// <summary>x</summary>
    None,

    /// <summary>x Φ(x), with Φ the standard normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, the tanh form of GELU (same paper).</summary>
    GeluTanh,

    /// <summary>max(x, 0)</summary>
    Relu,

    /// <summary>x / (1 + exp(-x))</summary>
    Silu,

    /// <summary>tanh x</summary>
    Tanh,
}
