using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.PreTokenizers;

/// <summary>Parts numbers (General_Category N) from other text.</summary>
/// <param name="individually">Whether each digit is a split of its own.</param>
internal sealed class DigitsPreTokenizer(bool individually)
    : CharacterSplitPreTokenizer(individually ? SplitBehavior.Isolated : SplitBehavior.Contiguous)
{
    public override string ToString() => "Digits";

    protected override bool Matches(int codePoint) => WordCharacters.IsNumeric(codePoint);
}
