namespace AlbertNative.Annotations;

/// <summary>The settings of every stage that stands on a model.</summary>
internal static class ModelParameters
{
    /// <summary>The model's name or path.</summary>
    public static Parameter Model { get; } = Parameter.Text("model");
}
