using System.Text;

namespace AlbertNative.Tokenization.Unicode;

/// <summary>The Unicode normalization forms (UAX #15) over UTF-16, keeping track of where everything came from.</summary>
internal static class Normalization
{
    /// <summary>
    /// The code points of <paramref name="text"/> in a normalization form, each with its source; for <c>foreach</c>, which
    /// also returns the rented memory. A lone surrogate reads as U+FFFD.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="form">The form.</param>
    /// <param name="version">Later characters pass as unassigned ones do: unchanged, as starters.</param>
    public static NormalizationEnumerator Enumerate(
        ReadOnlySpan<char> text, NormalizationForm form, UnicodeVersion version = UnicodeVersion.Latest) =>
        new(text, form, version);

    /// <summary>
    /// How many chars from the start <paramref name="form"/> surely leaves as they are, whatever follows them. What is
    /// behind them can be normalized by itself. Lone surrogates end the stretch.
    /// </summary>
    public static int StableLength(
        ReadOnlySpan<char> text, NormalizationForm form, UnicodeVersion version = UnicodeVersion.Latest)
    {
        CharacterTraits concerned = Concerned(form);
        int stable = 0, position = 0;
        while (position < text.Length)
        {
            int ascii = text[position..].IndexOfAnyExcept(CharRanges.Ascii);
            if (ascii < 0)
                return text.Length;
            if (ascii > 0)
            {
                position += ascii;
                stable = position - 1;
            }
            int codePoint = CodePoints.Read(text, position, out int length);
            bool isLoneSurrogate = length == 1 && char.IsSurrogate(text[position]);
            if (isLoneSurrogate || (UnicodeData.Traits(codePoint, version) & concerned) != 0)
                return IsComposing(form) && !isLoneSurrogate ? stable : position;
            stable = position;
            position += length;
        }
        return position;
    }

    /// <summary>The normalized text as a string: for short texts and set-up, not for hot paths.</summary>
    public static string Apply(string text, NormalizationForm form, UnicodeVersion version = UnicodeVersion.Latest)
    {
        if (StableLength(text, form, version) == text.Length)
            return text;
        StringBuilder output = new(text.Length);
        foreach (AlignedCodePoint c in Enumerate(text, form, version))
            output.Append(new Rune(c.CodePoint));
        return output.ToString();
    }

    /// <summary>Whether the form ends with composition.</summary>
    internal static bool IsComposing(NormalizationForm form) => form is NormalizationForm.Nfc or NormalizationForm.Nfkc;

    /// <summary>Whether the form decomposes compatibility characters.</summary>
    internal static bool IsCompatibility(NormalizationForm form) => form is NormalizationForm.Nfkd or NormalizationForm.Nfkc;

    /// <summary>The traits of what the form may change, move or join to what is before it.</summary>
    internal static CharacterTraits Concerned(NormalizationForm form) => CharacterTraits.Reordering | form switch
    {
        NormalizationForm.Nfd => CharacterTraits.CanonicalDecomposition,
        NormalizationForm.Nfkd => CharacterTraits.Decomposition,
        NormalizationForm.Nfc => CharacterTraits.NfcUnstable,
        NormalizationForm.Nfkc => CharacterTraits.NfkcUnstable,
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "not a normalization form"),
    };
}
