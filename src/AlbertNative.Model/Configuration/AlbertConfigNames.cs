using System.Collections.Frozen;
using System.Globalization;

namespace AlbertNative.Model;

/// <summary>How <c>config.json</c> spells the enumerations.</summary>
internal static class AlbertConfigNames
{
    public static readonly FrozenDictionary<string, HiddenActivation> Activations = Table(
        ("gelu", HiddenActivation.Gelu),
        ("gelu_new", HiddenActivation.GeluTanh),
        ("gelu_pytorch_tanh", HiddenActivation.GeluPyTorchTanh),
        ("relu", HiddenActivation.Relu),
        ("silu", HiddenActivation.Silu),
        ("tanh", HiddenActivation.Tanh));

    public static readonly FrozenDictionary<string, ProblemType> ProblemTypes = Table(
        ("regression", ProblemType.Regression),
        ("single_label_classification", ProblemType.SingleLabelClassification),
        ("multi_label_classification", ProblemType.MultiLabelClassification));

    public static readonly FrozenDictionary<string, AlbertArchitecture> Architectures =
        Table([.. Enum.GetValues<AlbertArchitecture>().Select(a => (a.ToString(), a))]);

    /// <summary>The spelling of <paramref name="value"/> in <paramref name="table"/>.</summary>
    public static string NameOf<T>(FrozenDictionary<string, T> table, T value) where T : struct, Enum
    {
        foreach ((string name, T candidate) in table)
        {
            if (EqualityComparer<T>.Default.Equals(candidate, value))
                return name;
        }
        throw new ArgumentOutOfRangeException(nameof(value), value, "not a named value");
    }

    /// <summary>The label that stands for an unnamed class.</summary>
    public static string NumberedLabel(int id) => string.Create(CultureInfo.InvariantCulture, $"LABEL_{id}");

    /// <summary>A file's text in an error: quoted, and cut where it is long.</summary>
    public static string Quote(string text)
    {
        const int Longest = 60;
        return text.Length <= Longest ? $"\"{text}\"" : $"\"{text.AsSpan(0, Longest)}...\"";
    }

    private static FrozenDictionary<string, T> Table<T>(params (string Name, T Value)[] entries) =>
        entries.ToFrozenDictionary(e => e.Name, e => e.Value, StringComparer.Ordinal);
}
