namespace AlbertNative.Annotations.Java;

/// <summary>Vectors as Java writes them.</summary>
internal static class FloatText
{
    /// <summary>The numbers with a separator between them.</summary>
    public static string Join(string separator, ReadOnlySpan<float> values)
    {
        string[] texts = new string[values.Length];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = JavaText.ToString(values[i]);
        return string.Join(separator, texts);
    }
}
