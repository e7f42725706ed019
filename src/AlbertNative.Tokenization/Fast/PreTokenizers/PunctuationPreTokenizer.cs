using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Splits at punctuation: ASCII's, and General_Category P of Unicode 8.0.</summary>
/// <param name="behavior">What becomes of it.</param>
internal sealed class PunctuationPreTokenizer(SplitBehavior behavior) : CharacterSplitPreTokenizer(behavior)
{
    public override string ToString() => "Punctuation";

    protected override bool Matches(int codePoint) => (BertCharacters.Fast(codePoint) & BertTraits.Punctuation) != 0;
}
