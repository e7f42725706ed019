namespace AlbertNative.Annotations;

/// <summary>The modes' names, as settings and commands have them.</summary>
public static class AnnotationModes
{
    private static readonly SettingNames<AnnotationMode> Names = new("mode", "spark-nlp", "spark-nlp-exact", "huggingface");

    /// <summary>The mode's name.</summary>
    public static string NameOf(AnnotationMode mode) => Names.NameOf(mode);

    /// <summary>The mode of a name.</summary>
    /// <exception cref="ArgumentException">There is no such mode.</exception>
    public static AnnotationMode Parse(string name) => Names.Parse(name);
}
