using System.Buffers;
using System.Globalization;
using System.Text;

namespace AlbertNative.Checkpoints;

/// <summary>
/// Text that came out of a file (names of tensors and entries, globals of a pickle, labels), made fit to be shown: a
/// terminal obeys control characters, and a name may be as long as its file.
/// </summary>
public static class ForeignText
{
    /// <summary>The length that the text of an error keeps.</summary>
    internal const int MaxErrorLength = 8192;

    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';

    /// <summary>
    /// The text with every character that is not shown as itself written as <c>\u001B</c>: controls, line and paragraph
    /// separators, marks of direction and other format characters, halves of surrogate pairs. The joiners of Persian
    /// spelling stay. What is too long loses its middle.
    /// </summary>
    /// <param name="text">Any UTF-16.</param>
    /// <param name="maxLength">The most UTF-16 code units to return; at least 16.</param>
    public static string Render(string text, int maxLength = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 16);
        string cut = CutMiddle(text, maxLength);
        return IsShown(cut) ? cut : CutMiddle(Escape(cut), maxLength);
    }

    /// <summary>A text without its middle, where it is too long: the end of a message tells as much as its beginning.</summary>
    internal static string CutMiddle(string text, int maxLength)
    {
        if (text.Length <= maxLength)
            return text;
        int start = (maxLength - 1) / 2;
        int end = text.Length - start;
        return $"{text.AsSpan(0, char.IsHighSurrogate(text[start - 1]) ? start - 1 : start)}…{text.AsSpan(char.IsLowSurrogate(text[end]) ? end + 1 : end)}";
    }

    private static bool IsShown(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            // A lone surrogate is enumerated as the replacement character.
            if (!IsShown(rune) || rune == Rune.ReplacementChar)
                return false;
        }
        return true;
    }

    private static bool IsShown(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
        || rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;

    private static string Escape(ReadOnlySpan<char> text)
    {
        StringBuilder shown = new(text.Length);
        for (int length; !text.IsEmpty; text = text[length..])
        {
            bool isWhole = Rune.DecodeFromUtf16(text, out Rune rune, out length) == OperationStatus.Done;
            if (isWhole && IsShown(rune))
                shown.Append(text[..length]);
            else if (isWhole && !rune.IsBmp)
                shown.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[0]:X4}");
        }
        return shown.ToString();
    }
}
