using System.Text;
using AlbertNative.Tokenization.Unicode;

namespace AlbertNative.Evaluation;

/// <summary>An answer as SQuAD's scripts compare it: lower case, without ASCII punctuation, English articles and extra blanks.</summary>
internal static class AnswerText
{
    /// <summary>
    /// The normal form. Lower case is Python's <c>str.lower</c>, a word what Python's <c>\w</c> matches, a blank what its
    /// <c>str.split</c> splits at.
    /// </summary>
    /// <param name="text">The answer.</param>
    /// <param name="unicodePunctuation">
    /// Whether all Unicode punctuation, symbols and the zero-width non-joiner go too, as Persian wants it. SQuAD's scripts
    /// leave them.
    /// </param>
    public static string Normalize(string text, bool unicodePunctuation = false)
    {
        List<int> points = new(text.Length);
        Span<int> lower = stackalloc int[LowerCase.MaximumLength];
        for (int i = 0, length; i < text.Length; i += length)
        {
            int count = LowerCase.MapInContext(text, i, out length, lower);
            foreach (int point in lower[..count])
            {
                if (!IsPunctuation(point, unicodePunctuation))
                    points.Add(point);
            }
        }
        return Join(WithoutArticles(points));
    }

    /// <summary>The words of a normal form.</summary>
    public static string[] Words(string normalized) => normalized.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsPunctuation(int point, bool unicode)
    {
        if (point < 0x80)
            return point is >= '!' and <= '/' or >= ':' and <= '@' or >= '[' and <= '`' or >= '{' and <= '~';
        const int ZeroWidthNonJoiner = 0x200C;
        return unicode && (point == ZeroWidthNonJoiner || UnicodeData.Category(point) is GeneralCategory.Pc or GeneralCategory.Pd
            or GeneralCategory.Ps or GeneralCategory.Pe or GeneralCategory.Pi or GeneralCategory.Pf or GeneralCategory.Po);
    }

    /// <summary>Each whole word <c>a</c>, <c>an</c> or <c>the</c> becomes a blank.</summary>
    private static List<int> WithoutArticles(List<int> points)
    {
        List<int> kept = new(points.Count);
        for (int start = 0, end; start < points.Count; start = end)
        {
            end = start + 1;
            if (!IsWord(points[start]))
            {
                kept.Add(points[start]);
                continue;
            }
            while (end < points.Count && IsWord(points[end]))
                end++;
            if (IsArticle(points, start, end))
                kept.Add(' ');
            else
                kept.AddRange(points[start..end]);
        }
        return kept;
    }

    private static bool IsArticle(List<int> points, int start, int end) => (end - start) switch
    {
        1 => points[start] == 'a',
        2 => points[start] == 'a' && points[start + 1] == 'n',
        3 => points[start] == 't' && points[start + 1] == 'h' && points[start + 2] == 'e',
        _ => false,
    };

    /// <summary>Letters, numbers and the underscore; marks, unlike in .NET, are none.</summary>
    private static bool IsWord(int point) => point == '_' || UnicodeData.Category(point) is
        GeneralCategory.Lu or GeneralCategory.Ll or GeneralCategory.Lt or GeneralCategory.Lm or GeneralCategory.Lo
        or GeneralCategory.Nd or GeneralCategory.Nl or GeneralCategory.No;

    private static string Join(List<int> points)
    {
        StringBuilder text = new(points.Count);
        bool blank = false;
        foreach (int point in points)
        {
            if (UnicodeData.IsPythonWhiteSpace(point))
            {
                blank = text.Length > 0;
                continue;
            }
            if (blank)
                text.Append(' ');
            blank = false;
            if (Rune.IsValid(point))
                text.Append(char.ConvertFromUtf32(point));
            else
                text.Append((char)point);
        }
        return text.ToString();
    }
}
