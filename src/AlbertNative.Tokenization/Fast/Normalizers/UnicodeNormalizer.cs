using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
/// <param name="form">The normalization form.</param>
/// <param name="version">Whose tables; 9.0 are those of the Rust tokenizers' library.</param>
internal sealed class UnicodeNormalizer(NormalizationForm form, UnicodeVersion version = UnicodeVersion.V9) : Normalizer
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
        int stable = Normalization.StableLength(text.Chars, form, version);
        if (stable == text.Length)
            return;
        text.Begin();
        text.CopyTo(stable);
        foreach (AlignedCodePoint c in Normalization.Enumerate(text.Chars[stable..], form, version))
            text.Put(c.CodePoint, c.Change);
        text.Commit();
    }

    public override Coupling CouplingOf(ReadOnlySpan<char> chars)
    {
        // Canonical order moves nothing across a starter; composition joins starters to what came before only where
        // the quick check says so, which the enumeration treats as one stretch.
        CharacterTraits first = UnicodeData.Traits(CodePoints.Read(chars, 0, out _), version);
        CharacterTraits joining = form switch
        {
            NormalizationForm.Nfc => CharacterTraits.NfcUnstable | CharacterTraits.Reordering,
            NormalizationForm.Nfkc => CharacterTraits.NfkcUnstable | CharacterTraits.Reordering,
            _ => CharacterTraits.Reordering,
        };
        return (first & joining) == 0 ? Coupling.None : Coupling.Before;
    }
}
