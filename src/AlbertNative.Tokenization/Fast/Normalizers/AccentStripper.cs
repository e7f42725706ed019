using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Decomposes a text (NFD) and drops its non-spacing marks, as BERT's tokenizers do.</summary>
/// <param name="semantics">Whose tables: slow, both by Python's version of Unicode, or the Rust tokenizers'.</param>
internal sealed class AccentStripper(TokenizerSemantics semantics) : Normalizer
{
    private readonly UnicodeNormalizer _nfd = new(
        NormalizationForm.Nfd, semantics == TokenizerSemantics.Slow ? UnicodeVersion.V14 : UnicodeVersion.V9);

    public override string ToString() => "AccentStripper";

    public override void Apply(AlignedText text)
    {
        _nfd.Apply(text);
        ReadOnlySpan<char> chars = text.Chars;
        text.Begin();
        for (int i = 0, length; i < chars.Length; i += length)
        {
            if ((BertCharacters.Of(CodePoints.Read(chars, i, out length), semantics) & BertTraits.Accent) == 0)
                continue;
            text.CopyTo(i);
            text.SkipTo(i + length);
        }
        text.CommitWithRest();
    }
}
