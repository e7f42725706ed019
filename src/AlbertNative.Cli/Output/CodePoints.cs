namespace AlbertNative.Cli;

/// <summary>Turns UTF-16 indices of one text into counts of Unicode code points; a lone surrogate counts as one.</summary>
internal readonly struct CodePoints
{
    // Null where the two count alike, which is nearly always.
    private readonly int[]? _before;

    public CodePoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return;

        _before = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            bool completesPair = char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]);
            _before[i + 1] = _before[i] + (completesPair ? 0 : 1);
        }
    }

    /// <summary>How many code points begin before <paramref name="index"/>.</summary>
    public int At(int index) => _before is null ? index : _before[index];
}
