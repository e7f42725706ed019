namespace AlbertNative.Cli;

/// <summary>Turns UTF-16 indices of one text into the offsets that a user asked for.</summary>
internal readonly struct TextOffsets
{
    // Null where the offsets are the indices: asked for, or no character needs two code units.
    private readonly int[]? _before;

    private TextOffsets(int[]? before) => _before = before;

    /// <summary>The indices as they are.</summary>
    public static TextOffsets Utf16 => default;

    /// <summary>Unicode code points of <paramref name="text"/>; a lone surrogate counts as one.</summary>
    public static TextOffsets CodePoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return default;

        int[] before = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            bool completesPair = char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]);
            before[i + 1] = before[i] + (completesPair ? 0 : 1);
        }
        return new(before);
    }

    /// <summary>The offset of a UTF-16 index.</summary>
    public int At(int index) => _before is null ? index : _before[index];
}
