using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>Decomposes a text (NFD) and drops its non-spacing marks, both by Python's version of Unicode.</summary>
internal sealed class AccentStripper : Normalizer
{
    private static readonly UnicodeNormalizer Nfd = new(NormalizationForm.Nfd, UnicodeVersion.V14);

    public override string ToString() => "AccentStripper";

    public override void Apply(AlignedText text)
    {
        Nfd.Apply(text);
        ReadOnlySpan<char> chars = text.Chars;
        text.Begin();
        for (int i = 0, length; i < chars.Length; i += length)
        {
            if ((BertCharacters.Slow(CodePoints.Read(chars, i, out length)) & BertTraits.Accent) == 0)
                continue;
            text.CopyTo(i);
            text.SkipTo(i + length);
        }
        text.CommitWithRest();
    }
}
