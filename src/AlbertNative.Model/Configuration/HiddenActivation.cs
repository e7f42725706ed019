namespace AlbertNative.Model;

/// <summary>The activations an ALBERT configuration may name in <c>hidden_act</c>.</summary>
public enum HiddenActivation
{
    /// <summary><c>gelu</c>: <c>x/2 * (1 + erf(x / sqrt(2)))</c> (Hendrycks and Gimpel, 2016, exact form).</summary>
    Gelu,

    /// <summary><c>gelu_new</c>: <c>x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))</c> (the same paper's approximation).</summary>
    GeluTanh,

    /// <summary><c>gelu_pytorch_tanh</c>: the formula of <see cref="GeluTanh"/> under PyTorch's name.</summary>
    GeluPyTorchTanh,

    /// <summary><c>relu</c>: <c>max(x, 0)</c>.</summary>
    Relu,

    /// <summary><c>silu</c>: <c>x / (1 + exp(-x))</c>.</summary>
    Silu,

    /// <summary><c>tanh</c>.</summary>
    Tanh,
}
