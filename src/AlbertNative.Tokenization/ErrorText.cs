using System.Globalization;
using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Tokenization;

/// <summary>What a message may show of a file's content.</summary>
internal static class ErrorText
{
    private const int LongestMessage = 2000;

    /// <summary>
    /// The message on one line, with nothing in it that a terminal would obey or that would turn its direction, and cut
    /// where it is long.
    /// </summary>
    public static string Printable(string message)
    {
        StringBuilder text = new();
        for (int i = 0; i < message.Length && text.Length < LongestMessage;)
        {
            int codePoint = CodePoints.Read(message, i, out int length);
            bool isLone = length == 1 && char.IsSurrogate(message[i]);
            if (isLone || !IsPrintable(codePoint))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(isLone ? message[i] : codePoint):X4}");
            else
                text.Append(message, i, length);
            i += length;
        }
        return text.Length < LongestMessage ? text.ToString() : text.Append('…').ToString();
    }

    private static bool IsPrintable(int codePoint) => UnicodeData.Category(codePoint) switch
    {
        GeneralCategory.Cc or GeneralCategory.Zl or GeneralCategory.Zp or GeneralCategory.Cs => false,
        // Joiners are part of words; what else is invisible is not shown.
        GeneralCategory.Cf => codePoint is 0x200C or 0x200D,
        _ => true,
    };
}
