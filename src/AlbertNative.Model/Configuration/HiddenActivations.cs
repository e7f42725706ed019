using AlbertNative.Tensors;

namespace AlbertNative.Model;

/// <summary>From a configuration's activation to the kernel that computes it.</summary>
internal static class HiddenActivations
{
    public static Activation ToTensorActivation(this HiddenActivation activation) => activation switch
    {
        HiddenActivation.Gelu => Activation.Gelu,
        HiddenActivation.GeluTanh or HiddenActivation.GeluPyTorchTanh => Activation.GeluTanh,
        HiddenActivation.Relu => Activation.Relu,
        HiddenActivation.Silu => Activation.Silu,
        HiddenActivation.Tanh => Activation.Tanh,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Not an activation."),
    };
}
