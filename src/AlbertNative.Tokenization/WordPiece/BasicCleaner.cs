using AlbertNative.Tokenization.Fast;
using AlbertNative.Tokenization.Fast.Normalizers;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.WordPiece;

/// <summary>
/// What transformers' <c>BasicTokenizer</c> does to a text before it looks at words: controls and unassigned characters go,
/// white space becomes spaces, and ideographs get spaces around them.
/// </summary>
/// <param name="handlesChineseCharacters">Whether ideographs do.</param>
internal sealed class BasicCleaner(bool handlesChineseCharacters) : Normalizer
{
    private readonly BertTraits _concerned =
        BertTraits.Removed | BertTraits.Space | (handlesChineseCharacters ? BertTraits.Chinese : BertTraits.None);

    public override bool IsCharacterwise => true;

    public override string ToString() => "BasicCleaner";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        text.Begin();
        for (int i = 0, length; i < chars.Length; i += length)
        {
            int codePoint = CodePoints.Read(chars, i, out length);
            BertTraits traits = BertCharacters.Slow(codePoint) & _concerned;
            if (traits == BertTraits.None || codePoint == ' ')
                continue;
            text.CopyTo(i);
            // Unassigned characters in the ideographs' ranges go, too.
            if ((traits & BertTraits.Removed) == 0)
                text.Put(' ', 0);
            if (traits == BertTraits.Chinese)
            {
                text.Put(codePoint, 1);
                text.Put(' ', 1);
            }
            text.SkipTo(i + length);
        }
        text.CommitWithRest();
    }
}
