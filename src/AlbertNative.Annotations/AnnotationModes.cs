namespace AlbertNative.Annotations;

/// <summary>The modes' names, as settings and commands have them.</summary>
public static class AnnotationModes
{
    private static readonly string[] Names = ["spark-nlp", "spark-nlp-exact", "huggingface"];

    /// <summary>The mode's name.</summary>
    public static string NameOf(AnnotationMode mode) => Names[(int)mode];

    /// <summary>The mode of a name.</summary>
    /// <exception cref="ArgumentException">There is no such mode.</exception>
    public static AnnotationMode Parse(string name)
    {
        int index = Array.IndexOf(Names, name);
        return index >= 0
            ? (AnnotationMode)index
            : throw new ArgumentException($"there is no mode '{name}', only {string.Join(", ", Names)}", nameof(name));
    }
}
