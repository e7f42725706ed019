using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>NFC, NFD, NFKC or NFKD, with the tables of Unicode 9.0 as in the reference's library.</summary>
/// <param name="form">The normalization form.</param>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    public override string ToString() => form switch
    {
        NormalizationForm.Nfc => "NFC",
        NormalizationForm.Nfd => "NFD",
        NormalizationForm.Nfkc => "NFKC",
        _ => "NFKD",
    };

    public override void Apply(AlignedText text)
    {
        int stable = Normalization.StableLength(text.Chars, form, UnicodeVersion.V9);
        if (stable == text.Length)
            return;
        text.Begin();
        text.CopyTo(stable);
        foreach (AlignedCodePoint c in Normalization.Enumerate(text.Chars[stable..], form, UnicodeVersion.V9))
            text.Put(c.CodePoint, c.Change);
        text.Commit();
    }

    public override Coupling CouplingOf(ReadOnlySpan<char> chars)
    {
        // Canonical order moves nothing across a starter; composition joins starters to what came before only where
        // the quick check says so, which the enumeration treats as one stretch.
        CharacterTraits first = UnicodeData.Traits(CodePoints.Read(chars, 0, out _), UnicodeVersion.V9);
        CharacterTraits joining = form switch
        {
            NormalizationForm.Nfc => CharacterTraits.NfcUnstable | CharacterTraits.Reordering,
            NormalizationForm.Nfkc => CharacterTraits.NfkcUnstable | CharacterTraits.Reordering,
            _ => CharacterTraits.Reordering,
        };
        return (first & joining) == 0 ? Coupling.None : Coupling.Before;
    }
}
