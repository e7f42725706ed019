using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization.Fast.Normalizers;

/// <summary>Drops white space at the ends of the text.</summary>
/// <param name="left">Whether at its start.</param>
/// <param name="right">Whether at its end.</param>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override bool IsLocal => false;

    public override string ToString() => $"Strip{(left ? " left" : "")}{(right ? " right" : "")}";

    public override void Apply(AlignedText text)
    {
        ReadOnlySpan<char> chars = text.Chars;
        int start = 0, end = chars.Length;
        // White space lies in the BMP.
        while (left && start < end && UnicodeData.IsWhiteSpace(chars[start]))
            start++;
        while (right && end > start && UnicodeData.IsWhiteSpace(chars[end - 1]))
            end--;
        if (end - start == chars.Length)
            return;
        text.Begin();
        text.SkipTo(start);
        text.CopyTo(end);
        text.SkipTo(chars.Length);
        text.Commit();
    }
}
