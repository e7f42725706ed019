using System.Globalization;

namespace AlbertNative.Model;

/// <summary>How <c>config.json</c> spells enumerations and labels.</summary>
internal static class ConfigNames
{
    public static readonly NameTable Activations = new(
        ("gelu", (int)HiddenActivation.Gelu),
        ("gelu_new", (int)HiddenActivation.GeluTanh),
        ("gelu_pytorch_tanh", (int)HiddenActivation.GeluPyTorchTanh),
        ("relu", (int)HiddenActivation.Relu),
        ("silu", (int)HiddenActivation.Silu),
        ("tanh", (int)HiddenActivation.Tanh),
        // Other names of the same formulas.
        ("gelu_python", (int)HiddenActivation.Gelu),
        ("gelu_python_tanh", (int)HiddenActivation.GeluTanh),
        ("swish", (int)HiddenActivation.Silu));

    public static readonly NameTable ProblemTypes = new(
        ("regression", (int)ProblemType.Regression),
        ("single_label_classification", (int)ProblemType.SingleLabelClassification),
        ("multi_label_classification", (int)ProblemType.MultiLabelClassification));

    /// <summary>The label that stands for an unnamed class.</summary>
    public static string NumberedLabel(int id) => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}");

    /// <summary>A file's text in an error: quoted, and cut where it is long.</summary>
    public static string Quote(string text)
    {
        const int Longest = 60;
        return text.Length <= Longest ? $"\"{text}\"" : $"\"{text.AsSpan(0, Longest)}...\"";
    }
}
