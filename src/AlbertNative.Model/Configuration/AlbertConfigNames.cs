using System.Globalization;

namespace AlbertNative.Model;

/// <summary>How <c>config.json</c> spells the enumerations.</summary>
internal static class AlbertConfigNames
{
    public static readonly NameTable<HiddenActivation> Activations = new(
        ("gelu", HiddenActivation.Gelu),
        ("gelu_new", HiddenActivation.GeluTanh),
        ("gelu_pytorch_tanh", HiddenActivation.GeluPyTorchTanh),
        ("relu", HiddenActivation.Relu),
        ("silu", HiddenActivation.Silu),
        ("tanh", HiddenActivation.Tanh));

    public static readonly NameTable<ProblemType> ProblemTypes = new(
        ("regression", ProblemType.Regression),
        ("single_label_classification", ProblemType.SingleLabelClassification),
        ("multi_label_classification", ProblemType.MultiLabelClassification));

    public static readonly NameTable<AlbertArchitecture> Architectures =
        new(Array.ConvertAll(Enum.GetValues<AlbertArchitecture>(), architecture => (architecture.ToString(), architecture)));

    /// <summary>The label that stands for an unnamed class.</summary>
    public static string NumberedLabel(int id) => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}");

    /// <summary>A file's text in an error: quoted, and cut where it is long.</summary>
    public static string Quote(string text)
    {
        const int Longest = 60;
        return text.Length <= Longest ? $"\"{text}\"" : $"\"{text.AsSpan(0, Longest)}...\"";
    }
}
